import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
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
/** As Grafana has it of hosts that are scraped once a minute. */
const INTERVAL = "4m";

/** What is looked at. */
export interface View {
  host: string;
  /** The last minutes are. */
  minutes: number;
  /** Regular expression that log lines must match. Default: all do. */
  search?: string;
}

/** Asks the sinks for what each panel of each dashboard shows. */
export async function collect(sinks: Sinks, view: View): Promise<Collected> {
  const range = rangeOf(view);
  const answers: Collected["answers"] = {};
  for (const [name, dashboard] of Object.entries(allDashboards())) {
    answers[name] = await answersOf(sinks, dashboard, range);
  }
  return { ...range, answers };
}

/** Asks for one dashboard alone. */
export async function collectOne(sinks: Sinks, name: string, view: View): Promise<Collected> {
  const range = rangeOf(view);
  const dashboard = allDashboards()[name];
  if (!dashboard) throw new Error(`there is no dashboard ${name}`);
  return { ...range, answers: { [name]: await answersOf(sinks, dashboard, range) } };
}

type Range = ReturnType<typeof rangeOf>;

function rangeOf({ host, minutes, search }: View) {
  const to = Math.floor(Date.now() / 1000);
  return { from: to - minutes * 60, to, host, ...(search && { search }) };
}

async function answersOf(
  sinks: Sinks,
  dashboard: Dashboard,
  range: Range,
): Promise<Record<number, Answer[]>> {
  const asked = panelsOf(dashboard).map(async (panel) => {
    const answers = panel.targets.map((target) => answer(sinks, panel, target, range));
    return [panel.id, await Promise.all(answers)] as const;
  });
  return Object.fromEntries(await Promise.all(asked));
}

async function answer(
  sinks: Sinks,
  panel: BuiltPanel,
  { refId, expr, legendFormat = "", datasource }: Target,
  { from, to, host, search }: Range,
): Promise<Answer> {
  const ofLogs = datasource.type === LOGS.type;
  const query = fill(expr, { host, interval: INTERVAL, search });
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
