import * as echarts from "echarts";
import type { Measure } from "./cycle.ts";
import type { Operations } from "./operations.ts";
import { collected, summary } from "./statistics.ts";
import { toolNames } from "./tool.ts";

/** What the plot shows, in s, with the words under its bars. */
const shown: [Measure, string][] = [
  ["first", "first\ndeployment"],
  ["firstSample", "until the\nfirst sample"],
  ["unchanged", "nothing\nchanged"],
  ["pipeline", "a pipeline\nchanged"],
  ["pipelineWorks", "until it\nis loaded"],
  ["token", "token\nreplaced"],
];

/** For people who can't tell red from green. */
const COLOURS = ["#0072b2", "#e69f00", "#999999"];

/** One tool's bars, each a median with its two ends; `null` where nothing was measured. */
export interface Bars {
  name: string;
  values: ({ median: number; min: number; max: number } | null)[];
}

/** What is drawn, tool by tool. */
export function bars(operations: Operations): Bars[] {
  return toolNames.map((name) => {
    const values = collected(operations[name]);
    return {
      name: name === "ours" ? "this program" : name,
      values: shown.map(([measure]) => {
        const found = values[measure];
        return found ? summary(found) : null;
      }),
    };
  });
}

/** The plot as SVG. */
export function plot(operations: Operations): string {
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width: 860, height: 360 });
  chart.setOption({
    animation: false,
    backgroundColor: "#ffffff",
    color: COLOURS,
    legend: { top: 8, itemGap: 40 },
    grid: { left: 48, right: 16, top: 48, bottom: 48 },
    xAxis: { type: "category", data: shown.map(([, label]) => label), axisLabel: { interval: 0 } },
    yAxis: { type: "value", name: "seconds" },
    series: bars(operations).map(series),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

function series({ name, values }: Bars): echarts.BarSeriesOption {
  const label = { show: true, position: "top", fontSize: 10 } as const;
  const data = values.map((value) => (value ? Number(value.median.toFixed(1)) : null));
  return { type: "bar", name, data, label };
}
