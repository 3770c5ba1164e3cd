import { type Diff, diffInputs, withChange } from "../engine/diff.ts";
import type { CheckFailure, ResourceDouble } from "../engine/provider.ts";
import { nanoseconds } from "../engine/shapes.ts";
import type { Bag } from "../engine/values.ts";
import type { GrafanaClient } from "./client.ts";

function milliseconds(duration: unknown): number {
  return nanoseconds(duration) / 1_000_000;
}

function checkToken(inputs: Bag): CheckFailure[] {
  const keys = ["expireAfter", "earlyRotationWindow"].filter((key) => inputs[key] !== undefined);
  const invalid = keys
    .filter((key) => milliseconds(inputs[key]) === 0 && !/^0\w*$/.test(String(inputs[key])))
    .map((property) => ({
      property,
      reason: `must be a valid duration string (e.g. '24h', '30m', '1h30m')`,
    }));
  const wider = milliseconds(inputs.earlyRotationWindow) > milliseconds(inputs.expireAfter);
  if (invalid.length > 0 || !wider) return invalid;
  const reason = "`early_rotation_window` cannot be greater than `expire_after`";
  return [{ property: "earlyRotationWindow", reason }];
}

/** True once a token is expired or as near to it as the window says. */
function isDue(expiresAt: unknown, earlyRotationWindow: unknown, now: Date): boolean {
  if (typeof expiresAt !== "string" || !expiresAt) return false;
  return now.getTime() > Date.parse(expiresAt) - milliseconds(earlyRotationWindow);
}

/** A token that is due is replaced without any change of inputs (`ready_for_rotation`). */
export function diffToken(olds: Bag, news: Bag, state: Bag, now: Date): Diff {
  const diff = diffInputs(olds, news, {
    replaces: (key) => ["accessPolicyId", "expireAfter", "namePrefix", "region"].includes(key),
    deleteBeforeReplace: false,
  });
  if (!isDue(state.expiresAt, news.earlyRotationWindow, now)) return diff;
  return withChange(diff, "readyForRotation", true);
}

function outputs(inputs: Bag, token: Bag): Bag {
  const { name, displayName, expiresAt, createdAt, updatedAt } = token;
  const read = { name, displayName, expiresAt, createdAt, updatedAt, readyForRotation: false };
  return { deleteOnDestroy: false, ...inputs, ...read };
}

const all = "/v1/tokens";

/** The path of the token with an id as the engine knows it: `region:id`. */
function one(id: string): string {
  const [region, token] = id.split(":");
  return `${all}/${token}?region=${region}`;
}

/** `grafana:cloud/accessPolicyRotatingToken:AccessPolicyRotatingToken`. */
export const rotatingToken: ResourceDouble<GrafanaClient> = {
  schema: {
    inputs: [
      ...["accessPolicyId", "deleteOnDestroy", "displayName", "earlyRotationWindow"],
      ...["expireAfter", "namePrefix", "region"],
    ],
    computed: ["createdAt", "expiresAt", "name", "readyForRotation", "token", "updatedAt"],
  },
  secretOutputs: ["token"],
  computedOnUpdate: "kept",
  check: checkToken,
  diff: (olds, news, state) => diffToken(olds, news, state, new Date()),

  async create(inputs, { client }) {
    const { region, accessPolicyId, namePrefix } = inputs;
    const expires = new Date(Date.now() + milliseconds(inputs.expireAfter));
    const name = `${namePrefix}-${Math.floor(expires.getTime() / 1000)}`;
    const displayName = String(inputs.displayName ?? name);
    const body = { accessPolicyId, name, displayName, expiresAt: expires.toISOString() };
    const made = await client.post(`${all}?region=${region}`, body);
    const id = `${region}:${made.id}`;
    const token = await client.get(one(id));
    return { id, outs: { ...outputs(inputs, token), token: made.token } };
  },

  async read(id, state, inputs, { client }) {
    const token = await client.find(one(id));
    return token && { outs: { ...state, ...outputs(inputs, token) }, inputs };
  },

  async update(id, state, news, { client }) {
    await client.post(one(id), { displayName: String(news.displayName ?? state.name) });
    return { ...state, ...outputs(news, await client.get(one(id))) };
  },

  async delete(id, state, { client, log }) {
    if (state.deleteOnDestroy !== true) {
      log("warning", "Rotating tokens do not get deleted by default: it expires by itself.");
      return;
    }
    await client.delete(one(id));
  },
};
