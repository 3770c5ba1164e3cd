import { compare, formatLabels, type Labels } from "./labels.ts";
import type { Aggregated, Counted, Metric } from "./logql.ts";

/** A value at one time. */
export interface Sample {
  labels: Labels;
  value: number;
}

/** Lines of one label set, by the end of the bucket in which they lie (ns). */
export interface CountedSeries {
  labels: Labels;
  buckets: Map<bigint, number>;
}

/** What a query counts: its innermost part. */
export function countedOf(metric: Metric): Counted {
  return metric.kind === "counted" ? metric : countedOf(metric.of);
}

/** The width of the buckets from which every window of the query can be put together. */
export function bucketWidth(range: bigint, step: bigint): bigint {
  return step === 0n ? range : bucketWidth(step, range % step);
}

/** The answer at one time, in no particular order. */
export function evaluate(metric: Metric, series: CountedSeries[], at: bigint): Sample[] {
  if (metric.kind === "counted") return counted(metric, series, at);
  return aggregated(metric, evaluate(metric.of, series, at));
}

/** Lines after `at` less the range, and up to `at`. */
function counted({ operation, range }: Counted, series: CountedSeries[], at: bigint): Sample[] {
  return series.flatMap(({ labels, buckets }) => {
    let lines = 0;
    for (const [end, n] of buckets) if (end > at - range && end <= at) lines += n;
    if (lines === 0) return [];
    return [{ labels, value: operation === "rate" ? lines / (Number(range) / 1e9) : lines }];
  });
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

const REDUCE: Partial<Record<Aggregated["operation"], (values: number[]) => number>> = {
  sum,
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
  avg: (values) => sum(values) / values.length,
  count: (values) => values.length,
};

function aggregated({ operation, grouping, parameter }: Aggregated, samples: Sample[]): Sample[] {
  const groups = new Map<string, { labels: Labels; samples: Sample[] }>();
  for (const sample of samples) {
    const labels = groupOf(sample.labels, grouping);
    const key = formatLabels(labels);
    const group = groups.get(key) ?? { labels, samples: [] };
    group.samples.push(sample);
    groups.set(key, group);
  }
  const reduce = REDUCE[operation];
  const sign = operation === "topk" ? -1 : 1;
  return [...groups.values()].flatMap((group) =>
    reduce
      ? [{ labels: group.labels, value: reduce(group.samples.map(({ value }) => value)) }]
      : group.samples.sort((a, b) => sign * (a.value - b.value)).slice(0, parameter),
  );
}

function groupOf(labels: Labels, grouping: Aggregated["grouping"]): Labels {
  const { by, labels: names } = grouping ?? { by: true, labels: [] };
  const kept = Object.entries(labels).filter(([name]) => names.includes(name) === by);
  return Object.fromEntries(kept);
}

/** Of an instant query: topk and bottomk in the order of their values, all else by labels. */
export function ordered(metric: Metric, samples: Sample[]): Sample[] {
  if (metric.kind === "aggregated" && metric.operation === "topk") {
    return samples.sort((a, b) => b.value - a.value);
  }
  if (metric.kind === "aggregated" && metric.operation === "bottomk") {
    return samples.sort((a, b) => a.value - b.value);
  }
  return samples.sort(byLabels);
}

const byLabels = (a: { labels: Labels }, b: { labels: Labels }) =>
  compare(formatLabels(a.labels), formatLabels(b.labels));

/** A value in the answers of Prometheus and Loki. */
export const point = (at: bigint, value: number): [number, string] => [
  Number(at / 1_000_000n) / 1000,
  `${value}`,
];

/** Values of the same labels together, in the order in which they are; by labels. */
export function grouped<V>(
  all: { labels: Labels; values: V }[],
): { labels: Labels; values: V[] }[] {
  const groups = new Map<string, { labels: Labels; values: V[] }>();
  for (const { labels, values } of all) {
    const key = JSON.stringify(Object.entries(labels).sort());
    const group = groups.get(key) ?? { labels, values: [] };
    group.values.push(values);
    groups.set(key, group);
  }
  return [...groups.values()].sort(byLabels);
}
