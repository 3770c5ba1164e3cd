import { compare, formatLabels, type Labels, parseLabels, SyntaxFault } from "./labels.ts";
import { type Count, type Lines, parseQuery } from "./logql.ts";
import { countQuery, linesQuery } from "./logsql.ts";
import { instant, newest, steps } from "./parameters.ts";
import type { Store } from "./store.ts";
import { parseRfc3339 } from "./times.ts";

const INSTANT_LINES =
  "log queries are not supported as an instant query type, please change your query to a range query type";

/** Lines of one label set, by the end of the bucket in which they lie (ns). */
interface Counted {
  labels: Labels;
  buckets: Map<bigint, number>;
}

/** Loki's query API over the store. */
export class Queries {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** `/query` */
  async instant(parameters: URLSearchParams) {
    const query = parseQuery(parameters.get("query") ?? "");
    if ("matchers" in query) throw new SyntaxFault(INSTANT_LINES);
    const at = instant(parameters);
    const counted = await this.#counted(query, { start: at, end: at, step: 0n });
    const result = valuesAt(query, counted, at).map(({ labels, value }) => ({
      metric: labels,
      value: point(at, value),
    }));
    return { resultType: "vector", result, stats: {} };
  }

  /** `/query_range` */
  async range(parameters: URLSearchParams) {
    const query = parseQuery(parameters.get("query") ?? "");
    if ("matchers" in query) return this.#lines(query, parameters);
    const { start, end, step } = steps(parameters);
    const counted = await this.#counted(query, { start, end, step });
    const points: { labels: Labels; value: [number, string] }[] = [];
    for (let at = start; at <= end; at += step) {
      const values = valuesAt(query, counted, at);
      points.push(...values.map(({ labels, value }) => ({ labels, value: point(at, value) })));
    }
    const result = grouped(points).map(({ labels, values }) => ({ metric: labels, values }));
    return { resultType: "matrix", result, stats: {} };
  }

  /** How many lines of each stream the store has more than once. */
  async duplicates(): Promise<{ labels: Labels; lines: number }[]> {
    const counts = "count() as lines, count_uniq_hash(_time, _msg) as distinct";
    const rows = await this.#store.rows(`* | stats by (_stream) ${counts}`);
    return rows.map(({ lines, distinct, ...row }) => ({
      labels: labelsOf(row),
      lines: Number(lines) - Number(distinct),
    }));
  }

  async #lines(query: Lines, parameters: URLSearchParams) {
    const rows = await this.#distinct(query, newest(parameters));
    const entries = rows.map((row) => ({
      labels: labelsOf(row),
      value: [`${parseRfc3339(row._time ?? "")}`, row._msg ?? ""] as [string, string],
    }));
    const result = grouped(entries).map(({ labels, values }) => ({ stream: labels, values }));
    return { resultType: "streams", result, stats: {} };
  }

  /** The store keeps a line that came twice; Loki answers it once. So it may take more rows than lines. */
  async #distinct(query: Lines, asked: ReturnType<typeof newest>) {
    for (let limit = asked.limit; ; limit *= 2) {
      const rows = await this.#store.rows(linesQuery(query, { ...asked, limit }));
      const keyed = rows.map((row) => [JSON.stringify(row), row] as const);
      const distinct = [...new Map(keyed).values()].slice(0, asked.limit);
      if (distinct.length === asked.limit || rows.length < limit) return distinct;
    }
  }

  async #counted(
    query: Count,
    { start, end, step }: { start: bigint; end: bigint; step: bigint },
  ): Promise<Counted[]> {
    const width = bucketWidth(query.range, step);
    const span = { after: start - query.range, upTo: end, width };
    const rows = await this.#store.rows(countQuery(query, span));
    const counted = rows.map(({ _time = "", lines, ...row }) => {
      const bucketEnd = (parseRfc3339(_time) ?? 0n) + width - 1n;
      return { labels: labelsOf(row), value: [bucketEnd, Number(lines)] as const };
    });
    return grouped(counted).map(({ labels, values }) => ({ labels, buckets: new Map(values) }));
  }
}

/** The width of the buckets from which every window of the query can be put together. */
export function bucketWidth(range: bigint, step: bigint): bigint {
  return step === 0n ? range : bucketWidth(step, range % step);
}

/** Lines after `at` less the range, and up to `at`; the greatest first if only they are asked for. */
function valuesAt({ range, rate, top }: Count, counted: Counted[], at: bigint) {
  const values = counted.flatMap(({ labels, buckets }) => {
    let lines = 0;
    for (const [end, n] of buckets) if (end > at - range && end <= at) lines += n;
    return lines === 0 ? [] : [{ labels, value: rate ? lines / (Number(range) / 1e9) : lines }];
  });
  return top === undefined ? values : values.sort((a, b) => b.value - a.value).slice(0, top);
}

/** A value in the answers of Prometheus and Loki. */
const point = (at: bigint, value: number): [number, string] => [
  Number(at / 1_000_000n) / 1000,
  `${value}`,
];

/** Values of the same labels together, in the order in which they are; by labels. */
function grouped<V>(all: { labels: Labels; value: V }[]): { labels: Labels; values: V[] }[] {
  const groups = new Map<string, { labels: Labels; values: V[] }>();
  for (const { labels, value } of all) {
    const key = formatLabels(labels);
    const group = groups.get(key) ?? { labels, values: [] };
    group.values.push(value);
    groups.set(key, group);
  }
  return [...groups].sort(([a], [b]) => compare(a, b)).map(([, group]) => group);
}

/** The labels in a row of the store: those of its stream, or fields of its own. */
function labelsOf({ _stream, _time, _msg, ...fields }: Record<string, string>): Labels {
  if (_stream !== undefined) return Object.fromEntries(parseLabels(_stream));
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ""));
}
