import { randomBytes } from "node:crypto";
import type { CheckFailure, TypeSchema } from "./provider.ts";
import type { Bag } from "./values.ts";

/** Keys that the engine or the SDK adds to any property bag. */
const ENGINE_KEYS = ["version", "pluginDownloadURL"];

/** One failure for each input that a double does not do, instead of ignoring it; `path` is where the bag stands. */
export function refuseOthers(inputs: Bag, known: readonly string[], path = ""): CheckFailure[] {
  return Object.keys(inputs)
    .filter((key) => !key.startsWith("__") && !ENGINE_KEYS.includes(key) && !known.includes(key))
    .map((key) => ({
      property: path ? `${path}.${key}` : key,
      reason: `the double does not do "${key}"; it does: ${known.join(", ")}`,
    }));
}

/** Gives the resource a name with a random end, or keeps the one it got before (Pulumi's auto-naming). */
export function autoName(urn: string, olds: Bag, news: Bag, { autoName: key }: TypeSchema): Bag {
  if (!key || (news[key] !== undefined && news[key] !== null)) return news;
  const kept = typeof olds[key] === "string" ? olds[key] : undefined;
  const name = kept ?? `${urn.split("::").at(-1)}-${randomBytes(4).toString("hex").slice(0, 7)}`;
  return { ...news, [key]: name };
}
