import { type QueryableSink, querySink } from "../../cli/verify/sink-queries.ts";
import { type BuiltPanel, panelsOf, type Target } from "../../grafana/dashboards/built.ts";
import { fill } from "../../grafana/dashboards/fill.ts";
import { allDashboards } from "../../grafana/dashboards/index.ts";
import { LOGS } from "../../grafana/dashboards/panels.ts";

/** What a query answered: series over the time, or log lines. */
export interface Answer {
  refId: string;
  legend: string;
  series: { labels: Record<string, string>; values: [time: number, value: number][] }[];
  lines: { time: number; labels: Record<string, string>; line: string }[];
}

/** Everything that pictures are drawn from, by dashboard and panel id. */
export interface Collected {
  host: string;
  from: number;
  to: number;
  answers: Record<string, Record<number, Answer[]>>;
}

export interface Sinks {
  metrics: QueryableSink;
  logs: QueryableSink;
}

/** Points of a line: enough for its width, few enough for a small file. */
const POINTS = 60;
const LINES = 12;

/** Asks the sinks for what each panel of each dashboard shows of the last minutes. */
export async function collect(
  sinks: Sinks,
  { host, minutes }: { host: string; minutes: number },
): Promise<Collected> {
  const to = Math.floor(Date.now() / 1000);
  const range = { from: to - minutes * 60, to, host };
  const answers: Collected["answers"] = {};
  for (const [name, dashboard] of Object.entries(allDashboards())) {
    const panels = panelsOf(dashboard);
    const found = await Promise.all(
      panels.map(async (panel) => [panel.id, await answersOf(sinks, panel, range)] as const),
    );
    answers[name] = Object.fromEntries(found);
  }
  return { ...range, answers };
}

type Range = { from: number; to: number; host: string };

function answersOf(sinks: Sinks, panel: BuiltPanel, range: Range): Promise<Answer[]> {
  return Promise.all(panel.targets.map((target) => answer(sinks, panel, target, range)));
}

async function answer(
  sinks: Sinks,
  panel: BuiltPanel,
  { refId, expr, legendFormat = "", datasource }: Target,
  { from, to, host }: Range,
): Promise<Answer> {
  const ofLogs = datasource.type === LOGS.type;
  const query = fill(expr, { host, interval: "1m" });
  const sink = ofLogs ? sinks.logs : sinks.metrics;
  const path = ofLogs ? "/loki/api/v1/query_range" : "/api/v1/query_range";
  const step = Math.max(1, Math.round((to - from) / POINTS));
  // What shows one value is asked for now alone, as Grafana does.
  const now = ["stat", "table", "bargauge"].includes(panel.type);
  const time = now ? { start: `${to}`, end: `${to}` } : { start: `${from}`, end: `${to}` };
  const limit: Record<string, string> = ofLogs ? { limit: `${LINES}`, direction: "backward" } : {};
  const result = await querySink(sink, path, { query, step: `${step}`, ...time, ...limit });
  if (panel.type === "logs") return { refId, legend: "", series: [], lines: linesOf(result) };
  return { refId, legend: legendFormat, series: seriesOf(result), lines: [] };
}

function seriesOf(result: unknown[]): Answer["series"] {
  return (result as { metric: Record<string, string>; values: [number, string][] }[]).map(
    ({ metric, values }) => ({
      labels: metric,
      values: values.map(([time, value]) => [time, Number(value)] as [number, number]),
    }),
  );
}

function linesOf(result: unknown[]): Answer["lines"] {
  return (result as { stream: Record<string, string>; values: [string, string][] }[])
    .flatMap(({ stream, values }) =>
      values.map(([time, line]) => ({ time: Number(time) / 1e9, labels: stream, line })),
    )
    .sort((a, b) => b.time - a.time)
    .slice(0, LINES);
}
