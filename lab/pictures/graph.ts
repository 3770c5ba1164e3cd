import * as echarts from "echarts";
import type { BuiltPanel } from "../../grafana/dashboards/built.ts";
import type { Answer } from "./collect.ts";
import { graphOption, isStacked, type Range } from "./graph-option.ts";
import { type Named, named, newest } from "./names.ts";
import { type Box, cut, rect, text, widthOf } from "./svg.ts";
import { theme } from "./theme.ts";
import { valueTips } from "./tips.ts";

const LEGEND = { size: 11, line: 16, most: 10 };

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
  chart.setOption(graphOption(panel, shown, range));
  const svg = chart.renderToSVGString();
  const unit = panel.fieldConfig?.defaults.unit;
  const xOf = (time: number) => chart.convertToPixel({ xAxisIndex: 0 }, time * 1000);
  const tips = range.tips ? valueTips(shown, box, xOf, unit) : "";
  chart.dispose();
  // Rules for a mouse that hovers: a picture has none.
  const still = svg.replaceAll(/<style.*?<\/style>\n?/gs, "").replaceAll(/ class="[^"]*"/g, "");
  return still.replace("<svg ", `<svg x="${box.x}" y="${box.y}" `) + tips;
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
