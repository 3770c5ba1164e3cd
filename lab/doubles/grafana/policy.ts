import { z } from "zod";
import { diffInputs } from "../engine/diff.ts";
import type { CheckFailure, ResourceDouble } from "../engine/provider.ts";
import { refuseOthers } from "../engine/schema.ts";
import { bags, normaliseSets, stringList } from "../engine/shapes.ts";
import type { Bag } from "../engine/values.ts";
import { type GrafanaClient, unlessMissing } from "./client.ts";

function checkPolicy(inputs: Bag): CheckFailure[] {
  return [
    ...bags(inputs.realms).flatMap(checkRealm),
    ...bags(inputs.conditions).flatMap(checkSubnets),
  ];
}

function checkSubnets(condition: Bag, index: number): CheckFailure[] {
  const path = `conditions[${index}]`;
  const invalid = stringList(condition.allowedSubnets).filter(
    (subnet) => !z.union([z.cidrv4(), z.cidrv6()]).safeParse(subnet).success,
  );
  return [
    ...refuseOthers(condition, ["allowedSubnets"], path),
    ...invalid.map((subnet) => ({
      property: `${path}.allowedSubnets`,
      reason: `Invalid IP CIDR : ${subnet}.`,
    })),
  ];
}

/** The realm's identifier is empty for a stack that does not exist. */
function checkRealm(realm: Bag, index: number): CheckFailure[] {
  const path = `realms[${index}]`;
  const { identifier, type } = realm;
  return [
    ...refuseOthers(realm, ["identifier", "type"], path),
    ...(identifier === undefined
      ? [{ property: `${path}.identifier`, reason: `missing required property "identifier"` }]
      : []),
    ...(["org", "stack"].includes(String(type ?? "stack"))
      ? []
      : [{ property: `${path}.type`, reason: "expected type to be one of [org stack]" }]),
  ];
}

/** A set, which the plugin sends and answers sorted. */
function sorted(value: unknown): string[] {
  return stringList(value).sort();
}

function wanted(inputs: Bag): Bag {
  const allowedSubnets = bags(inputs.conditions).flatMap((one) => sorted(one.allowedSubnets));
  return {
    displayName: String(inputs.displayName ?? inputs.name),
    scopes: sorted(inputs.scopes),
    realms: bags(inputs.realms),
    conditions: { allowedSubnets },
  };
}

/** The policy's own properties as inputs: `conditions` is a list of one, or not there. */
function read(policy: Bag): Bag {
  const { name, displayName, realms } = policy;
  const allowedSubnets = sorted(((policy.conditions ?? {}) as Bag).allowedSubnets);
  const conditions = allowedSubnets.length > 0 ? [{ allowedSubnets }] : undefined;
  return { name, displayName, scopes: sorted(policy.scopes), realms, conditions };
}

function outputs(inputs: Bag, policy: Bag): Bag {
  const { id, createdAt, updatedAt } = policy;
  return { ...inputs, ...read(policy), createdAt, updatedAt, policyId: id };
}

/** Scopes, realms and subnets are sets: their order is no change. */
function normalise(key: string, value: unknown): unknown {
  if (key !== "conditions") return normaliseSets(value, key === "scopes" || key === "realms");
  return bags(value).map((one) => ({ ...one, allowedSubnets: sorted(one.allowedSubnets) }));
}

const all = "/v1/accesspolicies";
const one = ({ policyId, region }: Bag) => `${all}/${policyId}?region=${region}`;

/** `grafana:cloud/accessPolicy:AccessPolicy`; only `region` and `name` can't be changed. */
export const accessPolicy: ResourceDouble<GrafanaClient> = {
  schema: {
    inputs: ["conditions", "displayName", "name", "realms", "region", "scopes"],
    computed: ["createdAt", "policyId", "updatedAt"],
    autoName: "name",
  },
  computedOnUpdate: "kept",
  check: checkPolicy,
  diff: (olds, news) =>
    diffInputs(olds, news, {
      replaces: (key) => key === "region" || key === "name",
      deleteBeforeReplace: true,
      normalise,
    }),

  async create(inputs, { client }) {
    const { region, name } = inputs;
    const { id } = await client.post(`${all}?region=${region}`, { ...wanted(inputs), name });
    const policy = await client.get(one({ policyId: id, region }));
    return { id: `${region}:${id}`, outs: outputs(inputs, policy) };
  },

  async read(id, state, inputs, { client }) {
    const [region, policyId] = id.split(":");
    const policy = await client.find(one({ policyId, region }));
    if (!policy) return undefined;
    const live: Bag = { ...inputs, region, ...read(policy) };
    // The name is its default: who gave none finds no change.
    if (inputs.displayName === undefined && live.displayName === live.name) delete live.displayName;
    return { outs: outputs({ ...state, region }, policy), inputs: live };
  },

  async update(_id, state, news, { client }) {
    await client.post(one(state), wanted(news));
    return outputs(news, await client.get(one(state)));
  },

  async delete(_id, state, { client }) {
    // One that is gone is deleted.
    await unlessMissing(client.delete(one(state)));
  },
};
