const MILLISECOND = 1_000_000n;
export const SECOND = 1_000_000_000n;

export const nowNs = (): bigint => BigInt(Date.now()) * MILLISECOND;

/** `2026-01-31T12:00:00Z`, as Go's RFC3339 has it. */
export function rfc3339(time: bigint): string {
  return `${seconds(time)}Z`;
}

/** `2026-01-31T12:00:00.000000001Z`, which the store reads and writes. */
export function rfc3339Nano(time: bigint): string {
  return `${seconds(time)}.${fraction(time)}Z`;
}

/** `2026-01-31 12:00:00.5 +0000 UTC`, as Go prints a time. */
export function goTime(time: bigint): string {
  const digits = fraction(time).replace(/0+$/, "");
  return `${seconds(time).replace("T", " ")}${digits && `.${digits}`} +0000 UTC`;
}

/** ns since 1970 of an RFC 3339 time with any number of decimals; undefined when it is none. */
export function parseRfc3339(text: string): bigint | undefined {
  const [, head, decimals = "", zone] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(text) ?? [];
  const ms = Date.parse(`${head}${zone}`);
  if (Number.isNaN(ms)) return undefined;
  return BigInt(ms) * MILLISECOND + BigInt(decimals.padEnd(9, "0"));
}

function seconds(time: bigint): string {
  const whole = time - mod(time, SECOND);
  return new Date(Number(whole / MILLISECOND)).toISOString().slice(0, 19);
}

const fraction = (time: bigint) => `${mod(time, SECOND)}`.padStart(9, "0");

/** The remainder that is never negative. */
export function mod(value: bigint, by: bigint): bigint {
  return ((value % by) + by) % by;
}

const UNITS: Record<string, bigint> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  ms: MILLISECOND,
  s: SECOND,
  m: 60n * SECOND,
  h: 3600n * SECOND,
  d: 86_400n * SECOND,
  w: 7n * 86_400n * SECOND,
  y: 365n * 86_400n * SECOND,
};

/** ns of a duration such as `1h30m`; undefined when it is none. */
export function parseDuration(text: string): bigint | undefined {
  if (!/^(\d+(ns|us|µs|ms|[smhdwy]))+$/.test(text)) return undefined;
  const parts = text.matchAll(/(\d+)(\D+)/g);
  return [...parts].reduce(
    (sum, [, n, unit]) => sum + BigInt(n ?? 0) * (UNITS[unit ?? ""] ?? 0n),
    0n,
  );
}
