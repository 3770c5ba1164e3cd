import { isDeepStrictEqual } from "node:util";

/** A property bag as the engine sends it: plain JSON plus the marks below. */
export type Bag = Record<string, unknown>;

/** The key whose value says what a marked object is (sdk/go/common/resource/properties.go). */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

/** What stands for a value that a preview cannot know. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export function isBag(value: unknown): value is Bag {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSecret(value: unknown): value is Bag {
  return isBag(value) && value[SIGNATURE] === SECRET_SIGNATURE;
}

/** Marks a value so that the engine encrypts it in the state and masks it in its output. */
export function secret(value: unknown): unknown {
  return isSecret(value) ? value : { [SIGNATURE]: SECRET_SIGNATURE, value };
}

/** True if `test` holds for the value or anything within it. */
function some(value: unknown, test: (item: unknown) => boolean): boolean {
  if (test(value)) return true;
  if (Array.isArray(value)) return value.some((item) => some(item, test));
  return isBag(value) && Object.values(value).some((item) => some(item, test));
}

function containsSecret(value: unknown): boolean {
  return some(value, isSecret);
}

export function containsUnknown(value: unknown): boolean {
  return some(value, (item) => item === UNKNOWN);
}

/** The same value without secret marks, and without keys that hold nothing. */
export function unwrap(value: unknown): unknown {
  if (isSecret(value)) return unwrap(value.value);
  if (Array.isArray(value)) return value.map(unwrap);
  return isBag(value) ? unwrapBag(value) : value;
}

export function unwrapBag(bag: Bag): Bag {
  const entries = Object.entries(bag).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(entries.map(([key, value]) => [key, unwrap(value)]));
}

/**
 * Marks every output secret whose input of the same name holds a secret anywhere, and every one in
 * `always`. Bridged providers do the same: one secret element makes the whole property secret.
 */
export function markSecrets(outputs: Bag, inputs: Bag, always: readonly string[] = []): Bag {
  const marked = Object.entries(outputs).map(([key, value]): [string, unknown] => {
    const hide = always.includes(key) || containsSecret(inputs[key]) || containsSecret(value);
    return [key, hide && value !== UNKNOWN ? secret(unwrap(value)) : value];
  });
  return Object.fromEntries(marked.filter(([, value]) => value !== undefined && value !== null));
}

export function sameValue(left: unknown, right: unknown): boolean {
  return isDeepStrictEqual(unwrap(left) ?? undefined, unwrap(right) ?? undefined);
}
