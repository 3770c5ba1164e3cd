/** What several measurements of one thing come to. */
export interface Summary {
  median: number;
  min: number;
  max: number;
}

/** The middle value and the two ends; undefined for no values. */
export function summary(values: readonly number[]): Summary | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (low === undefined || high === undefined) return undefined;
  return { median: (low + high) / 2, min: Math.min(...sorted), max: Math.max(...sorted) };
}

/** The median with the two ends, or a dash where nothing was measured. */
export function spread(of: Summary | undefined, digits: number): string {
  if (!of) return "-";
  const [median, min, max] = [of.median, of.min, of.max].map((value) => decimal(value, digits));
  return `${median} (${min}–${max})`;
}

/** A number with thousands separators and exactly `digits` decimals. */
export function decimal(value: number, digits: number): string {
  return value.toLocaleString("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** How many times the second number the first is; a dash where there is nothing to compare. */
export function ratio(part: number | undefined, whole: number | undefined): string {
  return part === undefined || !whole ? "-" : decimal(part / whole, 2);
}
