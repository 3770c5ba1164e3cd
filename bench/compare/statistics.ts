/** What several measurements of one thing come to. */
export interface Summary {
  median: number;
  min: number;
  max: number;
  /** How many measurements there were. */
  count: number;
}

/** The middle value and the two ends; the middle of an even number of values is the mean of two. */
export function summary(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (low === undefined || high === undefined || min === undefined || max === undefined) {
    throw new Error("There is no median of no values.");
  }
  return { median: (low + high) / 2, min, max, count: sorted.length };
}

/** Values by name out of several runs: those of one name together, in the order of the runs. */
export function collected<Name extends string>(
  runs: readonly Readonly<Partial<Record<Name, number>>>[],
): Partial<Record<Name, number[]>> {
  const values: Partial<Record<Name, number[]>> = {};
  for (const run of runs) {
    for (const [name, value] of Object.entries(run) as [Name, number][]) {
      values[name] = [...(values[name] ?? []), value];
    }
  }
  return values;
}

/** Samples that are missing between the first and the last one of a scrape, for its interval in s. */
export function missedSamples(times: readonly number[], interval: number): number {
  return times.slice(1).reduce((missed, time, i) => {
    const gap = time - (times[i] as number);
    return missed + Math.max(0, Math.round(gap / interval) - 1);
  }, 0);
}
