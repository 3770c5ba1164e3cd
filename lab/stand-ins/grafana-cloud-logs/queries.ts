import {
  bucketWidth,
  type CountedSeries,
  countedOf,
  evaluate,
  grouped,
  ordered,
  point,
} from "./evaluate.ts";
import { type Labels, parseLabels, SyntaxFault } from "./labels.ts";
import { type Lines, type Metric, parseQuery, parseSelector } from "./logql.ts";
import { countQuery, LABELS_FIELD, linesFilter, linesQuery } from "./logsql.ts";
import { instant, lineOrder, span, steps } from "./parameters.ts";
import type { Store } from "./store.ts";
import { parseRfc3339, rfc3339Nano } from "./times.ts";

const INSTANT_LINES =
  "log queries are not supported as an instant query type, please change your query to a range query type";

/** Loki's query API over the store. */
export class Queries {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** `/query` */
  async instant(parameters: URLSearchParams) {
    const query = parseQuery(parameters.get("query") ?? "");
    if (query.kind === "lines") throw new SyntaxFault(INSTANT_LINES);
    const at = instant(parameters);
    const series = await this.#counted(query, { start: at, end: at, step: 0n });
    const result = ordered(query, evaluate(query, series, at)).map(({ labels, value }) => ({
      metric: labels,
      value: point(at, value),
    }));
    return { resultType: "vector", result, stats: {} };
  }

  /** `/query_range` */
  async range(parameters: URLSearchParams) {
    const query = parseQuery(parameters.get("query") ?? "");
    if (query.kind === "lines") return this.#lines(query, parameters);
    const times = steps(parameters);
    const series = await this.#counted(query, times);
    const points: { labels: Labels; values: ReturnType<typeof point> }[] = [];
    for (let at = times.start; at <= times.end; at += times.step) {
      for (const { labels, value } of evaluate(query, series, at)) {
        points.push({ labels, values: point(at, value) });
      }
    }
    const result = grouped(points).map(({ labels, values }) => ({ metric: labels, values }));
    return { resultType: "matrix", result, stats: {} };
  }

  /** `/series` */
  async series(parameters: URLSearchParams): Promise<Labels[]> {
    const selectors = [...parameters.getAll("match[]"), ...parameters.getAll("match")];
    if (selectors.length === 0) throw new SyntaxFault("0 matcher groups supplied");
    const parsed = selectors.map((selector) => linesFilter(parseSelector(selector)));
    return this.#streams(parsed, span(parameters));
  }

  /** `/labels`, and `/label/<name>/values` */
  async labels(parameters: URLSearchParams, name?: string): Promise<string[]> {
    const selector = parameters.get("query");
    const filter = selector ? linesFilter(parseSelector(selector)) : "*";
    const streams = await this.#streams([filter], span(parameters, 6n));
    const found = streams.flatMap((labels) =>
      name === undefined ? Object.keys(labels) : (labels[name] ?? []),
    );
    return [...new Set(found)].sort();
  }

  /** How many lines of each stream the store has, and how many of them are distinct. */
  async stored(): Promise<{ labels: Labels; lines: number; distinct: number }[]> {
    const counts = "count() as lines, count_uniq_hash(_time, _msg) as distinct";
    const rows = await this.#store.rows(`* | stats by (_stream) ${counts}`);
    return rows.map(({ _stream = "{}", lines, distinct }) => ({
      labels: labelsOf(_stream),
      lines: Number(lines),
      distinct: Number(distinct),
    }));
  }

  async #streams(filters: string[], { start, end }: { start: bigint; end: bigint }) {
    const time = `_time:[${rfc3339Nano(start)}, ${rfc3339Nano(end)}]`;
    const found = await Promise.all(
      filters.map((filter) => this.#store.streams(`${filter} ${time}`)),
    );
    return [...new Set(found.flat())].sort().map(labelsOf);
  }

  async #lines(query: Lines, parameters: URLSearchParams) {
    const order = lineOrder(parameters);
    const rows = await this.#distinct(query, { ...span(parameters), ...order });
    const entries = rows.map((row) => ({
      labels: labelsOf(row[LABELS_FIELD] ?? "{}"),
      values: [`${parseRfc3339(row._time ?? "")}`, row._msg ?? ""] as [string, string],
    }));
    const result = grouped(entries).map(({ labels, values }) => ({ stream: labels, values }));
    return { resultType: "streams", result, stats: {} };
  }

  /** The store keeps a line that came twice; Loki answers it once. So it may take more rows than lines. */
  async #distinct(query: Lines, asked: Parameters<typeof linesQuery>[1]) {
    for (let limit = asked.limit; ; limit *= 2) {
      const rows = await this.#store.rows(linesQuery(query, { ...asked, limit }));
      const keyed = rows.map((row) => [JSON.stringify(row), row] as const);
      const distinct = [...new Map(keyed).values()].slice(0, asked.limit);
      if (distinct.length === asked.limit || rows.length < limit) return distinct;
    }
  }

  async #counted(
    query: Metric,
    { start, end, step }: { start: bigint; end: bigint; step: bigint },
  ): Promise<CountedSeries[]> {
    const { lines, range } = countedOf(query);
    const width = bucketWidth(range, step);
    const rows = await this.#store.rows(
      countQuery(lines, { after: start - range, upTo: end, width }),
    );
    const series = new Map<string, CountedSeries>();
    for (const row of rows) {
      const text = row[LABELS_FIELD] ?? "{}";
      const one = series.get(text) ?? { labels: labelsOf(text), buckets: new Map() };
      const bucketEnd = (parseRfc3339(row._time ?? "") ?? 0n) + width - 1n;
      one.buckets.set(bucketEnd, Number(row.lines));
      series.set(text, one);
    }
    return [...series.values()];
  }
}

const labelsOf = (text: string): Labels => Object.fromEntries(parseLabels(text));
