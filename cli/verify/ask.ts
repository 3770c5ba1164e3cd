import { ageQuery } from "../../telemetry/queries.ts";
import type { Signal } from "../../telemetry/signals.ts";
import type { Answers, Check } from "./checks/check.ts";
import type { Measured } from "./evaluate.ts";
import { sinkProblem } from "./sink-problem.ts";
import { type QueryableSink, queryLogs, queryMetrics } from "./sink-queries.ts";

export interface Sinks {
  /** Prometheus' query API. Grafana Cloud: `https://prometheus-….grafana.net/api/prom`. */
  metrics: QueryableSink;
  /** Loki's query API. Grafana Cloud: `https://logs-….grafana.net`. */
  logs: QueryableSink;
}

/** How far back the newest line is looked for, in h. */
const LOG_RANGE = 24;
/** Lines of a query that a check is given. */
const LINES = 100;

/** What the sinks say about a signal now. Throws `SinkProblem`. */
export function measure(sinks: Sinks, signal: Signal): Promise<Measured> {
  const measured = signal.kind === "metrics" ? measureSeries : measureLines;
  return ask(sinks, signal.kind, (sink) => measured(sink, signal));
}

async function measureSeries(sink: QueryableSink, signal: Signal): Promise<Measured> {
  const [matching, age, counted] = await Promise.all([
    queryMetrics(sink, signal.query),
    queryMetrics(sink, ageQuery(signal.selector)),
    queryMetrics(sink, `count(${signal.counted})`),
  ]);
  return { matches: matching.length, ageSeconds: age[0]?.value, count: counted[0]?.value ?? 0 };
}

/** Lines are counted within the signal's freshness: more are of no use to the proof. */
async function measureLines(sink: QueryableSink, signal: Signal): Promise<Measured> {
  const count = `sum(count_over_time(${signal.counted}[${signal.freshSeconds}s]))`;
  const [newest, counted] = await Promise.all([
    queryLogs(sink, signal.query, { hours: LOG_RANGE, limit: 1 }),
    queryCounts(sink, count),
  ]);
  const time = newest[0]?.time;
  const ageSeconds =
    time === undefined ? undefined : (Date.now() - Number(time / 1_000_000n)) / 1000;
  return { matches: newest.length, ageSeconds, count: counted[0]?.value ?? 0 };
}

/** Loki answers an instant query of numbers as Prometheus does, below /loki. */
function queryCounts(sink: QueryableSink, query: string) {
  return queryMetrics({ ...sink, queryUrl: `${sink.queryUrl}/loki` }, query);
}

/** What a check wants to know. Throws `SinkProblem`. */
export async function answers(
  sinks: Sinks,
  { metrics = [], logs, lineCounts }: Check,
): Promise<Answers> {
  const samples = await ask(sinks, "metrics", (sink) =>
    Promise.all(metrics.map((query) => queryMetrics(sink, query))),
  );
  const { queries, seconds } = logs ?? { queries: [], seconds: 0 };
  const range = { hours: seconds / 3600, limit: LINES };
  const lines = await ask(sinks, "logs", (sink) =>
    Promise.all(queries.map((query) => queryLogs(sink, query, range))),
  );
  const counts = lineCounts
    ? await ask(sinks, "logs", (sink) => queryCounts(sink, lineCounts))
    : [];
  return { metrics: samples, logs: lines.flat(), lineCounts: counts };
}

async function ask<T>(
  sinks: Sinks,
  kind: keyof Sinks,
  work: (sink: QueryableSink) => Promise<T>,
): Promise<T> {
  try {
    return await work(sinks[kind]);
  } catch (error) {
    throw sinkProblem(kind, sinks[kind], error);
  }
}
