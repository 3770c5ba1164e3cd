import * as echarts from "echarts";
import { type Measure, type Results, summaryOf } from "./measures.ts";
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

/** The medians as SVG, a bar for each tool. */
export function plot(results: Results): string {
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width: 860, height: 360 });
  chart.setOption({
    animation: false,
    backgroundColor: "#ffffff",
    color: COLOURS,
    legend: { top: 8, itemGap: 40 },
    grid: { left: 48, right: 16, top: 48, bottom: 48 },
    xAxis: { type: "category", data: shown.map(([, label]) => label), axisLabel: { interval: 0 } },
    yAxis: { type: "value", name: "seconds" },
    series: toolNames.map((tool) => ({
      type: "bar",
      name: tool === "ours" ? "this program" : tool,
      label: { show: true, position: "top", fontSize: 10 },
      data: shown.map(([measure]) => summaryOf(results, tool, measure)?.median.toFixed(1)),
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
