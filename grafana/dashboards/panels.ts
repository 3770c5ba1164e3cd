import type * as cog from "@grafana/grafana-foundation-sdk/cog";
import * as common from "@grafana/grafana-foundation-sdk/common";
import {
  type Panel,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from "@grafana/grafana-foundation-sdk/dashboard";
import * as logs from "@grafana/grafana-foundation-sdk/logs";
import * as loki from "@grafana/grafana-foundation-sdk/loki";
import * as prometheus from "@grafana/grafana-foundation-sdk/prometheus";
import * as stats from "@grafana/grafana-foundation-sdk/stat";
import * as timeseries from "@grafana/grafana-foundation-sdk/timeseries";

/** Data sources are variables of the dashboard: no uid of any Grafana is written down. */
// biome-ignore-start lint/suspicious/noTemplateCurlyInString: Grafana fills these in
export const METRICS = { type: "prometheus", uid: "${metrics}" };
export const LOGS = { type: "loki", uid: "${logs}" };
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: Grafana fills these in

/** Shortest step of a graph: hosts are scraped every 60 s, so `$__rate_interval` is at least 4 min. */
const STEP = "1m";

/** One query of a panel. */
export interface Query {
  from: typeof METRICS | typeof LOGS;
  expr: string;
  /** Name of each line, such as `{{host}}`. */
  legend: string;
}

export const metrics = (expr: string, legend = ""): Query => ({ from: METRICS, expr, legend });
export const lines = (expr: string, legend = ""): Query => ({ from: LOGS, expr, legend });

/** Colours of a share of something that may get full. */
export const SHARE = { green: null, yellow: 0.8, red: 0.9 };

/** Arguments of every kind of panel. */
export interface PanelArgs {
  title: string;
  /** What it shows and what to make of it: the text behind Grafana's (i). */
  description: string;
  /** Grafana's id of a unit, or `suffix: lines/s`. Default: short, a plain number. */
  unit?: string;
  /** Columns of the 24 that a dashboard has. Default: 8, and 24 for log lines. */
  width?: number;
  /** Rows of 30 px each. */
  height?: number;
  queries: Query[];
  /** The value from which on a colour counts, ascending; null is the lowest. Default: no threshold. */
  colours?: Record<string, number | null>;
  /** What stands in place of a value. */
  words?: Record<string, { text: string; color: string }>;
  decimals?: number;
  /** Default: 0 in graphs and bars; undefined leaves it to Grafana. */
  min?: number | undefined;
  max?: number;
}

/** Lines over time. */
export function graph(args: PanelArgs & { stacked?: boolean }): cog.Builder<Panel> {
  const panel = new timeseries.PanelBuilder()
    .lineWidth(1)
    .fillOpacity(args.stacked ? 30 : 8)
    .showPoints(common.VisibilityMode.Never)
    .stacking(
      new common.StackingConfigBuilder().mode(
        args.stacked ? common.StackingMode.Normal : common.StackingMode.None,
      ),
    )
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder()
        .mode(common.TooltipDisplayMode.Multi)
        .sort(common.SortOrder.Descending),
    )
    .interval(STEP)
    .targets(args.queries.map((query, index) => target(query, index, "range")));
  return described(panel, { min: 0, ...args });
}

/** The value now, large; one for each series. */
export function stat(args: PanelArgs & { text?: "name" | "value" }): cog.Builder<Panel> {
  const textMode = {
    name: common.BigValueTextMode.Name,
    value: common.BigValueTextMode.Value,
    auto: common.BigValueTextMode.Auto,
  }[args.text ?? "auto"];
  const panel = new stats.PanelBuilder()
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(["lastNotNull"]).values(false))
    .graphMode(common.BigValueGraphMode.None)
    .colorMode(common.BigValueColorMode.Value)
    .textMode(textMode)
    .targets(args.queries.map((query, index) => target(query, index, "instant")));
  return described(panel, { height: 4, ...args });
}

/** Log lines as they are, newest first. */
export function logLines(args: Omit<PanelArgs, "unit">): cog.Builder<Panel> {
  const panel = new logs.PanelBuilder()
    .showTime(true)
    .wrapLogMessage(true)
    .enableLogDetails(true)
    .sortOrder(common.LogsSortOrder.Descending)
    .targets(args.queries.map((query, index) => target(query, index, "range")));
  return panel
    .title(args.title)
    .description(args.description)
    .datasource(LOGS)
    .span(args.width ?? 24)
    .height(args.height ?? 10);
}

/** The settings that all panels with values share. */
interface ValuePanel<T> extends cog.Builder<Panel> {
  title(title: string): T;
  description(text: string): T;
  datasource(ref: common.DataSourceRef): T;
  span(columns: number): T;
  height(rows: number): T;
  unit(unit: string): T;
  decimals(decimals: number): T;
  min(min: number): T;
  max(max: number): T;
  mappings(mappings: ValueMapping[]): T;
  thresholds(thresholds: cog.Builder<ReturnType<ThresholdsConfigBuilder["build"]>>): T;
}

export function described<T extends ValuePanel<T>>(panel: T, args: PanelArgs): T {
  const source = args.queries[0]?.from ?? METRICS;
  panel.title(args.title).description(args.description).datasource(source);
  panel
    .span(args.width ?? 8)
    .height(args.height ?? 8)
    .unit(args.unit ?? "short");
  if (args.decimals !== undefined) panel.decimals(args.decimals);
  if (args.min !== undefined) panel.min(args.min);
  if (args.max !== undefined) panel.max(args.max);
  if (args.words) panel.mappings([{ type: "value", options: args.words } as ValueMapping]);
  const steps = stepsOf(args.colours ?? { text: null });
  return panel.thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps));
}

export function stepsOf(colours: NonNullable<PanelArgs["colours"]>): Threshold[] {
  return Object.entries(colours).map(([color, value]) => ({ value, color }));
}

/** A query as its data source takes it; the first of a panel is A. */
export function target(
  { from, expr, legend }: Query,
  index: number,
  kind: "range" | "instant" | "table",
): cog.Builder<cog.Dataquery> {
  const refId = String.fromCharCode(65 + index);
  if (from === LOGS) {
    const query = new loki.DataqueryBuilder().datasource(LOGS).refId(refId).expr(expr);
    query.queryType(kind === "range" ? "range" : "instant");
    return legend ? query.legendFormat(legend) : query;
  }
  const query = new prometheus.DataqueryBuilder().datasource(METRICS).refId(refId).expr(expr);
  if (kind === "range") query.range();
  else query.instant();
  if (kind === "table") query.format(prometheus.PromQueryFormat.Table);
  return legend ? query.legendFormat(legend) : query;
}
