import { type Diff, diffInputs } from "./diff.ts";
import type { GrafanaClient } from "./grafana.ts";
import type { Token } from "./grafana-types.ts";
import type { CheckFailure, ResourceDouble } from "./provider.ts";
import { nanoseconds } from "./shapes.ts";
import type { Bag } from "./values.ts";

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
  const reason = "`early_rotation_window` cannot be bigger than `expire_after`";
  return [{ property: "earlyRotationWindow", reason }];
}

/** True once a token is expired or as near to it as the window says. */
export function isDue(expiresAt: unknown, earlyRotationWindow: unknown, now: Date): boolean {
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
  const key = "readyForRotation";
  return {
    ...diff,
    changed: [...diff.changed, key],
    replaces: [...diff.replaces, key],
    paths: [...diff.paths, { path: key, kind: "update", replace: true }],
  };
}

function outputs(inputs: Bag, token: Token): Bag {
  const { name, displayName, expiresAt, createdAt, updatedAt } = token;
  const read = { name, displayName, expiresAt, createdAt, updatedAt, readyForRotation: false };
  return { deleteOnDestroy: false, ...inputs, ...read };
}

function tokenId(id: string): string {
  return id.split(":").at(-1) ?? "";
}

/** `grafana:cloud/accessPolicyRotatingToken:AccessPolicyRotatingToken`. */
export const rotatingToken: ResourceDouble<GrafanaClient> = {
  schema: {
    inputs: [
      "accessPolicyId",
      "deleteOnDestroy",
      "displayName",
      "earlyRotationWindow",
      "expireAfter",
      "namePrefix",
      "region",
    ],
    required: ["accessPolicyId", "earlyRotationWindow", "expireAfter", "namePrefix", "region"],
    computed: ["createdAt", "expiresAt", "name", "readyForRotation", "token", "updatedAt"],
  },
  secretOutputs: ["token"],
  computedOnUpdate: "kept",
  check: checkToken,
  diff: (olds, news, state) => diffToken(olds, news, state, new Date()),

  async create(inputs, { client }) {
    client.authorise("accesspolicies:write");
    const expires = new Date(client.cloud.now.getTime() + milliseconds(inputs.expireAfter));
    const name = `${inputs.namePrefix}-${Math.floor(expires.getTime() / 1000)}`;
    const { token, secret } = client.cloud.createToken({
      region: String(inputs.region),
      accessPolicyId: String(inputs.accessPolicyId),
      name,
      displayName: String(inputs.displayName ?? name),
      expiresAt: expires.toISOString(),
    });
    const id = `${token.region}:${token.id}`;
    return { id, outs: { ...outputs(inputs, token), token: secret } };
  },

  async read(id, state, inputs, { client }) {
    client.authorise("accesspolicies:read");
    const token = client.cloud.token(tokenId(id));
    return token && { outs: { ...state, ...outputs(inputs, token) }, inputs };
  },

  async update(id, state, news, { client }) {
    client.authorise("accesspolicies:write");
    const displayName = String(news.displayName ?? state.name);
    const token = client.cloud.updateToken(tokenId(id), displayName);
    return { ...state, ...outputs(news, token) };
  },

  async delete(id, state, { client, log }) {
    if (state.deleteOnDestroy !== true) {
      log("warning", "Rotating tokens do not get deleted by default: it expires by itself.");
      return;
    }
    client.authorise("accesspolicies:delete");
    client.cloud.deleteToken(tokenId(id));
  },
};
