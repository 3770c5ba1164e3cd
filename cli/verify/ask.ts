import { ageQuery } from "../../telemetry/queries.ts";
import type { Signal } from "../../telemetry/signals.ts";
import type { Answers, Check } from "./checks/check.ts";
import type { Measured } from "./evaluate.ts";
import { type Problem, sinkProblem } from "./sink-problem.ts";
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

/** What the sinks say about a signal now, or why they can't be asked. */
export async function measure(
  sinks: Sinks,
  signal: Signal,
): Promise<Measured | { problem: Problem }> {
  const { kind } = signal;
  try {
    return kind === "metrics"
      ? await measureSeries(sinks.metrics, signal)
      : await measureLines(sinks.logs, signal);
  } catch (error) {
    return { problem: sinkProblem(kind, sinks[kind], error) };
  }
}

async function measureSeries(sink: QueryableSink, signal: Signal): Promise<Measured> {
  const [matching, age, counted] = await Promise.all([
    queryMetrics(sink, signal.query),
    queryMetrics(sink, ageQuery(signal.selector)),
    queryMetrics(sink, `count(${signal.counted})`),
  ]);
  return {
    matches: matching.length,
    ageSeconds: age[0]?.value,
    count: counted[0]?.value ?? 0,
  };
}

/** Lines are counted within the signal's freshness: more are of no use to the proof. */
async function measureLines(sink: QueryableSink, signal: Signal): Promise<Measured> {
  const count = `sum(count_over_time(${signal.counted}[${signal.freshSeconds}s]))`;
  // Loki answers an instant query of numbers as Prometheus does, below /loki.
  const instant = { ...sink, queryUrl: `${sink.queryUrl}/loki` };
  const [newest, counted] = await Promise.all([
    queryLogs(sink, signal.query, { hours: LOG_RANGE, limit: 1 }),
    queryMetrics(instant, count),
  ]);
  const time = newest[0]?.time;
  return {
    matches: newest.length,
    ageSeconds: time === undefined ? undefined : (Date.now() - Number(time / 1_000_000n)) / 1000,
    count: counted[0]?.value ?? 0,
  };
}

/** What a check wants to know, or why it can't be known. */
export async function answers(sinks: Sinks, check: Check): Promise<Answers | { problem: Problem }> {
  let asked: "metrics" | "logs" = "metrics";
  try {
    const metrics = await Promise.all(
      check.metrics.map((query) => queryMetrics(sinks.metrics, query)),
    );
    asked = "logs";
    const { queries, seconds } = check.logs ?? { queries: [], seconds: 0 };
    const range = { hours: seconds / 3600, limit: LINES };
    const logs = await Promise.all(queries.map((query) => queryLogs(sinks.logs, query, range)));
    return { metrics, logs: logs.flat() };
  } catch (error) {
    return { problem: sinkProblem(asked, sinks[asked], error) };
  }
}
