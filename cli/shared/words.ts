/** A time span as people say it: 45 s, 12 min, 5 h, 3 d. */
export function span(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** A whole number with thousands separators. */
export function amount(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** Shares of a part in a whole, in whole percent. */
export function percent(part: number, whole: number): string {
  return `${Math.round((100 * part) / whole)} %`;
}
