import { type Bag, isBag, sameValue } from "./values.ts";

export function stringList(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

export function bags(value: unknown): Bag[] {
  return Array.isArray(value) ? value.filter(isBag) : [];
}

/** A map whose values are all text. */
export function strings(value: unknown): Record<string, string> {
  if (!isBag(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)]));
}

/** `[{ label, value }]` as the API's map. */
export function labelMap(value: unknown): Record<string, string> {
  return Object.fromEntries(bags(value).map(({ label, value: text }) => [label, String(text)]));
}

/** The API's map as `[{ label, value }]`, sorted. */
export function labelsOf(labels: Record<string, string>): Bag[] {
  return Object.keys(labels)
    .sort()
    .map((label) => ({ label, value: labels[label] }));
}

function sortKey(item: unknown): string {
  return isBag(item) ? JSON.stringify(Object.entries(item).sort()) : String(item);
}

/** Sorts a list if it stands for a set, so that a changed order is no change. */
export function normaliseSets(value: unknown, isSet: boolean): unknown {
  if (!isSet || !Array.isArray(value)) return value;
  return [...value].sort((left, right) => sortKey(left).localeCompare(sortKey(right)));
}

const UNITS = { h: 3_600_000_000_000, m: 60_000_000_000, s: 1_000_000_000, ms: 1_000_000 } as const;

/** A Go duration ("1m30s") in nanoseconds; anything else is 0, as in the real provider. */
export function nanoseconds(value: unknown): number {
  const text = String(value ?? "");
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  if (parts.map(([part]) => part).join("") !== text) return 0;
  return parts.reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * UNITS[unit as keyof typeof UNITS],
    0,
  );
}

/** Nanoseconds as Go prints them: "30s", "1m30s", "0s". */
export function goDuration(total: number): string {
  const hours = Math.floor(total / UNITS.h);
  const minutes = Math.floor((total % UNITS.h) / UNITS.m);
  const seconds = (total % UNITS.m) / UNITS.s;
  if (total > 0 && total < UNITS.s) return `${total / UNITS.ms}ms`;
  const withMinutes = hours > 0 || minutes > 0;
  return `${hours > 0 ? `${hours}h` : ""}${withMinutes ? `${minutes}m` : ""}${seconds}s`;
}

/** Megabytes of an amount in bytes; -1 and 0 have meanings of their own. */
export function megabytes(bytes: number): number {
  return bytes > 0 ? Math.floor(bytes / 1024 / 1024) : bytes;
}

export function bytes(value: unknown): number {
  const amount = Number(value ?? 0);
  return amount > 0 ? amount * 1024 * 1024 : amount;
}

/** Keeps only what has a value. */
export function given<T extends object>(options: T): T {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as T;
}

/** A text, or nothing for an empty one: the API takes an empty text for a setting. */
export function text(value: unknown): string | undefined {
  return value === undefined || value === "" ? undefined : String(value);
}

/** A list of texts, or nothing for an empty one. */
export function list(value: unknown): string[] | undefined {
  const items = stringList(value);
  return items.length > 0 ? items : undefined;
}

/** What is there and differs from the state; a value that is empty is as good as none. */
export function drift(state: Bag, live: Bag, except: readonly string[]): Bag {
  const drifted = Object.keys(live).filter(
    (key) =>
      !except.includes(key) && !sameValue(emptyAsNothing(live[key]), emptyAsNothing(state[key])),
  );
  return Object.fromEntries(drifted.map((key) => [key, live[key]]));
}

function emptyAsNothing(value: unknown): unknown {
  if (value === "" || value === 0 || value === false) return undefined;
  if (Array.isArray(value) && value.length === 0) return undefined;
  return isBag(value) && Object.keys(value).length === 0 ? undefined : value;
}
