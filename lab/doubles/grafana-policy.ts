import { diffInputs } from "./diff.ts";
import type { GrafanaClient } from "./grafana.ts";
import type { Policy } from "./grafana-types.ts";
import type { CheckFailure, ResourceDouble } from "./provider.ts";
import { checkNested } from "./schema.ts";
import { bags, stringList } from "./shapes.ts";
import type { Bag } from "./values.ts";

function checkPolicy(inputs: Bag): CheckFailure[] {
  const realms = bags(inputs.realms).flatMap((realm, index) => {
    const path = `realms[${index}]`;
    const schema = {
      inputs: ["identifier", "labelPolicies", "type"],
      required: ["identifier", "type"],
    };
    const type = ["org", "stack"].includes(String(realm.type ?? "stack"))
      ? []
      : [{ property: `${path}.type`, reason: "expected type to be one of [org stack]" }];
    return [...checkNested(path, realm, schema), ...type];
  });
  return realms;
}

function wanted(inputs: Bag) {
  return {
    displayName: String(inputs.displayName ?? inputs.name),
    scopes: stringList(inputs.scopes),
    realms: bags(inputs.realms).map(({ type, identifier, ...more }) => ({
      ...more,
      type: String(type),
      identifier: String(identifier),
    })),
    ...(inputs.conditions ? { conditions: inputs.conditions } : {}),
  };
}

function outputs(inputs: Bag, policy: Policy): Bag {
  const { region, name, displayName, scopes, realms, createdAt, updatedAt } = policy;
  const read = { region, name, displayName, scopes, realms, createdAt, updatedAt };
  return { ...inputs, ...read, policyId: policy.id };
}

/** `grafana:cloud/accessPolicy:AccessPolicy`; only `region` and `name` can't be changed. */
export const accessPolicy: ResourceDouble<GrafanaClient> = {
  schema: {
    inputs: ["conditions", "displayName", "name", "realms", "region", "scopes"],
    required: ["realms", "region", "scopes"],
    computed: ["createdAt", "policyId", "updatedAt"],
    autoName: "name",
  },
  computedOnUpdate: "kept",
  check: checkPolicy,
  diff: (olds, news) =>
    diffInputs(olds, news, {
      replaces: (key) => key === "region" || key === "name",
      deleteBeforeReplace: true,
    }),

  async create(inputs, { client }) {
    client.authorise("accesspolicies:write");
    const policy = client.cloud.createPolicy({
      ...wanted(inputs),
      region: String(inputs.region),
      name: String(inputs.name),
    });
    return { id: `${policy.region}:${policy.id}`, outs: outputs(inputs, policy) };
  },

  async read(_id, state, inputs, { client }) {
    client.authorise("accesspolicies:read");
    const policy = client.cloud.policy(String(state.policyId));
    if (!policy) return undefined;
    const { scopes, realms, displayName } = policy;
    const live = { ...inputs, scopes, realms, ...(inputs.displayName ? { displayName } : {}) };
    return { outs: outputs(inputs, policy), inputs: live };
  },

  async update(_id, state, news, { client }) {
    client.authorise("accesspolicies:write");
    return outputs(news, client.cloud.updatePolicy(String(state.policyId), wanted(news)));
  },

  async delete(_id, state, { client }) {
    client.authorise("accesspolicies:delete");
    client.cloud.deletePolicy(String(state.policyId));
  },
};
