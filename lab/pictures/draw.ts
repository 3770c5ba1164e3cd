import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { type BuiltPanel, panelsOf } from "../../grafana/dashboards/built.ts";
import type { Answer, Collected } from "./collect.ts";
import { graph } from "./graph.ts";
import type { Range } from "./graph-option.ts";
import { type Box, cut, rect, text } from "./svg.ts";
import { theme } from "./theme.ts";
import { withTip } from "./tips.ts";
import { bars, stat, table } from "./values.ts";
import { whyEmpty } from "./why-empty.ts";

/** Size of the picture: Grafana's grid of 24 columns, and rows of 30 px with 8 px between. */
const WIDTH = 1440;
const MARGIN = 16;
const HEADER = 52;
const GAP = 8;
const COLUMN = (WIDTH - 2 * MARGIN + GAP) / 24;
const ROW = 38;
const TITLE = 32;

/** A dashboard as one SVG, from its definition and what its queries answered. */
export function draw(name: string, dashboard: Dashboard, collected: Collected & Range): string {
  const panels = panelsOf(dashboard);
  const bottom = Math.max(...panels.map(({ gridPos }) => gridPos.y + gridPos.h));
  const height = HEADER + bottom * ROW + MARGIN;
  const answers = collected.answers[name] ?? {};
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="${theme.font}">`,
    rect({ x: 0, y: 0, w: WIDTH, h: height }, theme.canvas),
    header(dashboard, collected),
    ...rowTitles(dashboard),
    ...panels.map((panel) => drawPanel(panel, answers[panel.id] ?? [], collected)),
    "</svg>\n",
  ].join("\n");
}

function header(dashboard: Dashboard, { host, from, to }: Collected): string {
  const clock = (time: number) => new Date(time * 1000).toISOString().slice(11, 16);
  const chosen = dashboard.templating?.list?.some(({ name }) => name === "host");
  const range = `${chosen ? `Host: ${host}   ` : ""}${clock(from)} to ${clock(to)} UTC`;
  return (
    text(MARGIN + 4, 34, dashboard.title ?? "", { size: 20, weight: 500 }) +
    text(WIDTH - MARGIN - 4, 34, range, { size: 13, colour: theme.dim, anchor: "end" })
  );
}

function rowTitles(dashboard: Dashboard): string[] {
  const rows = (dashboard.panels ?? []).filter(({ type }) => type === "row");
  return rows.map((row) => {
    const y = HEADER + (row.gridPos?.y ?? 0) * ROW + 22;
    return text(MARGIN + 4, y, `⌄  ${row.title}`, { size: 15, weight: 500 });
  });
}

function boxOf({ gridPos: { x, y, w, h } }: BuiltPanel): Box {
  return {
    x: MARGIN + x * COLUMN,
    y: HEADER + y * ROW,
    w: w * COLUMN - GAP,
    h: h * ROW - GAP,
  };
}

function drawPanel(panel: BuiltPanel, answers: Answer[], range: Range): string {
  const box = boxOf(panel);
  const inner = { x: box.x, y: box.y + TITLE, w: box.w, h: box.h - TITLE - 8 };
  const frame =
    rect(box, theme.panel, `rx="3" stroke="${theme.border}"`) +
    text(box.x + 12, box.y + 21, cut(panel.title, box.w - 24, 13), { size: 13, weight: 500 });
  return [
    range.tips ? withTip(panel.description, frame) : frame,
    content(panel, answers, inner, range),
  ].join("\n");
}

function content(panel: BuiltPanel, answers: Answer[], box: Box, range: Range): string {
  const empty = answers.every(({ series, lines }) => series.length === 0 && lines.length === 0);
  if (empty) return noData(panel, box);
  if (panel.type === "timeseries") return graph(panel, answers, box, range);
  if (panel.type === "stat") return stat(panel, answers, box);
  if (panel.type === "bargauge") return bars(panel, answers, box);
  if (panel.type === "table") return table(panel, answers, box);
  if (panel.type === "logs") return logLines(answers, box);
  throw new Error(`${panel.title}: no way to draw a panel of type ${panel.type}`);
}

function noData(panel: BuiltPanel, { x, y, w, h }: Box): string {
  const [left, middle] = [x + w / 2, y + h / 2];
  const style = { colour: theme.dim, anchor: "middle" } as const;
  const reason = cut(whyEmpty(panel), w - 16, 11);
  return (
    text(left, middle, "No data", style) + text(left, middle + 18, reason, { ...style, size: 11 })
  );
}

/** Log lines, newest first, as many as there is room for. */
function logLines(answers: Answer[], box: Box): string {
  const height = 22;
  return answers
    .flatMap(({ lines }) => lines)
    .slice(0, Math.floor(box.h / height))
    .map(({ time, line }, index) => {
      const y = box.y + index * height + 14;
      const clock = new Date(time * 1000).toISOString().slice(11, 23);
      return (
        text(box.x + 12, y, clock, { size: 12, colour: theme.dim, mono: true }) +
        text(box.x + 120, y, cut(line, box.w - 136, 12, true), { size: 12, mono: true })
      );
    })
    .join("");
}
