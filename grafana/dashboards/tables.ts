import * as bargauge from "@grafana/grafana-foundation-sdk/bargauge";
import type * as cog from "@grafana/grafana-foundation-sdk/cog";
import * as common from "@grafana/grafana-foundation-sdk/common";
import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as tables from "@grafana/grafana-foundation-sdk/table";
import { described, METRICS, metrics, type PanelArgs, stepsOf, target } from "./panels.ts";

/** One column of a table: a query that answers one value a row. */
export interface Column {
  title: string;
  expr: string;
  unit: string;
  decimals?: number;
  colours?: PanelArgs["colours"];
}

export interface TableArgs {
  title: string;
  description: string;
  width: number;
  height?: number;
  /** Label by which the answers are joined: the first column. */
  by: string;
  columns: Column[];
}

/** One row a label value, one query a column. */
export function table(args: TableArgs): cog.Builder<Panel> {
  const panel = new tables.PanelBuilder()
    .title(args.title)
    .description(args.description)
    .datasource(METRICS)
    .span(args.width)
    .height(args.height ?? 7)
    .targets(args.columns.map(({ expr }, index) => target(metrics(expr), index, "table")))
    .transformations([
      { id: "merge", options: {} },
      { id: "organize", options: organized(args) },
    ]);
  for (const column of args.columns) panel.overrideByName(column.title, properties(column));
  return panel;
}

/** The columns' order and names; Grafana calls the value of query A "Value #A". */
function organized({ by, columns }: TableArgs) {
  const values = columns.map(({ title }, index) => [valueName(columns, index), title] as const);
  return {
    excludeByName: { Time: true },
    indexByName: Object.fromEntries([by, ...values.map(([name]) => name)].map((n, i) => [n, i])),
    renameByName: Object.fromEntries(values),
  };
}

/** Alone, a query's value has no letter. */
export function valueName(columns: readonly unknown[], index: number): string {
  return columns.length === 1 ? "Value" : `Value #${String.fromCharCode(65 + index)}`;
}

function properties({ unit, decimals, colours }: Column) {
  return [
    { id: "unit", value: unit },
    ...(decimals === undefined ? [] : [{ id: "decimals", value: decimals }]),
    ...(colours
      ? [
          { id: "thresholds", value: { mode: "absolute", steps: stepsOf(colours) } },
          { id: "custom.cellOptions", value: { type: "color-text" } },
        ]
      : []),
  ];
}

/** A bar for each series, as long as its value now. */
export function bars(args: PanelArgs): cog.Builder<Panel> {
  const panel = new bargauge.PanelBuilder()
    .displayMode(common.BarGaugeDisplayMode.Basic)
    .orientation(common.VizOrientation.Horizontal)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(["lastNotNull"]).values(false))
    .targets(args.queries.map((query, index) => target(query, index, "instant")));
  return described(panel, { min: 0, ...args });
}
