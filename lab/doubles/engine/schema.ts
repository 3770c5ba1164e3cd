import { randomBytes } from "node:crypto";
import type { CheckFailure, TypeSchema } from "./provider.ts";
import type { Bag } from "./values.ts";

/** Keys that the engine or the SDK adds to any property bag. */
const ENGINE_KEYS = ["version", "pluginDownloadURL"];

function isEngineKey(key: string): boolean {
  return key.startsWith("__") || ENGINE_KEYS.includes(key);
}

/** One failure for each unknown input and each missing one, naming it. */
export function checkSchema(
  token: string,
  inputs: Bag,
  schema: Pick<TypeSchema, "inputs" | "required">,
): CheckFailure[] {
  const unknown = Object.keys(inputs)
    .filter((key) => !isEngineKey(key) && !schema.inputs.includes(key))
    .map((key) => ({
      property: key,
      reason: `"${key}" is not an input of ${token}; it has: ${schema.inputs.join(", ")}`,
    }));
  const missing = schema.required
    .filter((key) => inputs[key] === undefined || inputs[key] === null)
    .map((key) => ({ property: key, reason: `missing required property "${key}" of ${token}` }));
  return [...unknown, ...missing];
}

/** The same check on a list or object within an input, with the path of what is wrong. */
export function checkNested(
  path: string,
  value: Bag,
  schema: Pick<TypeSchema, "inputs" | "required">,
): CheckFailure[] {
  return checkSchema(path, value, schema).map((failure) => ({
    ...failure,
    property: `${path}.${failure.property}`,
  }));
}

/** Gives the resource a name with a random end, or keeps the one it got before (Pulumi's auto-naming). */
export function autoName(urn: string, olds: Bag, news: Bag, schema: TypeSchema): Bag {
  const key = schema.autoName;
  if (!key || (news[key] !== undefined && news[key] !== null)) return news;
  const kept = typeof olds[key] === "string" ? olds[key] : undefined;
  const name = kept ?? `${urn.split("::").at(-1)}-${randomBytes(4).toString("hex").slice(0, 7)}`;
  return { ...news, [key]: name };
}
