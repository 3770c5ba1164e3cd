import * as echarts from "echarts";
import type { BuiltPanel } from "../../grafana/dashboards/built.ts";
import type { Answer } from "./collect.ts";
import { type Named, named, newest } from "./names.ts";
import { type Box, cut, rect, text, widthOf } from "./svg.ts";
import { theme } from "./theme.ts";
import { written } from "./units.ts";

const LEGEND = { size: 11, line: 16, most: 10 };

export interface Range {
  from: number;
  to: number;
}

/** Lines over time with their legend below. */
export function graph(panel: BuiltPanel, answers: Answer[], box: Box, range: Range): string {
  const found = named(answers);
  // What is stacked keeps its order; of other lines the highest come first.
  const all = isStacked(panel) ? found : found.sort((a, b) => newest(b) - newest(a));
  const shown = all.slice(0, LEGEND.most);
  const legend = legendOf(shown, all.length, box);
  const chart = { ...box, h: box.h - legend.height };
  return lines(panel, shown, chart, range) + legend.text;
}

function lines(panel: BuiltPanel, shown: Named[], box: Box, range: Range): string {
  const chart = echarts.init(null, null, {
    renderer: "svg",
    ssr: true,
    width: box.w,
    height: box.h,
  });
  chart.setOption(option(panel, shown, range));
  const svg = chart.renderToSVGString();
  chart.dispose();
  // Rules for a mouse that hovers: a picture has none.
  const still = svg.replaceAll(/<style.*?<\/style>\n?/gs, "").replaceAll(/ class="[^"]*"/g, "");
  return still.replace("<svg ", `<svg x="${box.x}" y="${box.y}" `);
}

function option(panel: BuiltPanel, shown: Named[], { from, to }: Range): echarts.EChartsOption {
  const { unit, min, max } = panel.fieldConfig?.defaults ?? {};
  const stacked = isStacked(panel);
  const label = { color: theme.dim, fontSize: 11, fontFamily: theme.font };
  return {
    animation: false,
    color: [...theme.series],
    grid: { left: 16, right: 14, top: 8, bottom: 4, containLabel: true },
    xAxis: {
      type: "time",
      min: from * 1000,
      max: to * 1000,
      splitNumber: 4,
      axisLabel: { ...label, formatter: "{HH}:{mm}", hideOverlap: true },
      axisLine: { lineStyle: { color: theme.grid } },
      splitLine: { show: true, lineStyle: { color: theme.grid } },
    },
    yAxis: {
      type: "value",
      min: min as number | undefined,
      max: max as number | undefined,
      splitNumber: 3,
      interval: step(panel, shown, stacked),
      axisLabel: {
        ...label,
        formatter: (value: number) => written(value, unit),
      },
      splitLine: { lineStyle: { color: theme.grid } },
    },
    series: shown.map(({ values }) => ({
      type: "line",
      showSymbol: values.length < 2,
      data: values.map(([time, value]) => [time * 1000, Number(value.toPrecision(4))]),
      lineStyle: { width: 1.3 },
      ...(stacked ? { stack: "all" } : {}),
      areaStyle: { opacity: (customOf(panel).fillOpacity ?? 8) / 100 },
    })),
  };
}

function customOf(panel: BuiltPanel): { stacking?: { mode?: string }; fillOpacity?: number } {
  return panel.fieldConfig?.defaults.custom ?? {};
}

function isStacked(panel: BuiltPanel): boolean {
  return customOf(panel).stacking?.mode === "normal";
}

/** Distance of the axis' labels where echarts' own would not be round: powers of two, quarters of a whole. */
function step(panel: BuiltPanel, shown: Named[], stacked: boolean): number | undefined {
  const { unit, max } = panel.fieldConfig?.defaults ?? {};
  if (max === 1) return 0.25;
  if (unit !== "bytes") return undefined;
  const peaks = shown.map(({ values }) => Math.max(...values.map(([, value]) => value)));
  const top = stacked ? peaks.reduce((sum, peak) => sum + peak, 0) : Math.max(...peaks);
  return 2 ** Math.ceil(Math.log2(top / 4));
}

/** Entries in as many lines as they need, three at most. */
function legendOf(shown: Named[], count: number, box: Box): { text: string; height: number } {
  const { size, line } = LEGEND;
  const rows: { x: number; name: string; colour: string }[][] = [[]];
  let x = 0;
  const entries = shown.map(({ name }, index): { name: string; colour: string } => ({
    name: cut(name || "value", box.w / 2, size),
    colour: theme.series[index % theme.series.length] ?? theme.text,
  }));
  if (count > shown.length) entries.push({ name: `and ${count - shown.length} more`, colour: "" });
  for (const entry of entries) {
    const width = widthOf(entry.name, size) + 30;
    if (x > 0 && x + width > box.w - 16) [x] = [0, rows.push([])];
    rows.at(-1)?.push({ x, ...entry });
    x += width;
  }
  const kept = rows.slice(0, 3);
  const top = box.y + box.h - kept.length * line;
  const drawn = kept.flatMap((row, index) =>
    row.map(({ x: left, name, colour }) => {
      const y = top + index * line + 10;
      const mark = colour ? rect({ x: box.x + 10 + left, y: y - 5, w: 12, h: 3 }, colour) : "";
      return mark + text(box.x + 26 + left, y, name, { size, colour: theme.dim });
    }),
  );
  return { text: drawn.join(""), height: kept.length * line + 4 };
}
