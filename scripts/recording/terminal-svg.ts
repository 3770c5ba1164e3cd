import { createAnsiSequenceParser, type ParseToken } from "ansi-sequence-parser";
import { escaped, rect } from "../pictures/svg.ts";
import { theme } from "../pictures/theme.ts";
import type { RecordedLine } from "./record.ts";

const size = { font: 12, line: 17, column: 7.25, margin: 16 };
/** Longest pause that is shown, in ms: what takes minutes is not waited for. */
const LONGEST_PAUSE = 700;

const colours: Record<string, string> = {
  red: "#f2495c",
  green: "#73bf69",
  yellow: "#f2cc0c",
  blue: "#5794f2",
  magenta: "#b877d9",
  cyan: "#56d2d2",
};

/** A terminal's lines as a picture in which they come up one after the other; without animation all are there. */
export function terminalSvg(lines: readonly RecordedLine[], columns: number): string {
  const parser = createAnsiSequenceParser();
  const times = shown(lines);
  const width = Math.ceil(2 * size.margin + columns * size.column);
  const height = 2 * size.margin + lines.length * size.line;
  const rows = lines.map(({ text }, index) => {
    const spans = parser.parse(text).map(span).join("");
    const y = size.margin + (index + 0.75) * size.line;
    const delay = `style="animation-delay:${times[index]}ms"`;
    return `<text class="l" x="${size.margin}" y="${y}" ${delay}>${spans}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="${theme.mono}" font-size="${size.font}" fill="${theme.text}">`,
    "<style>.l{animation:s 1ms both}@keyframes s{from{opacity:0}}@media(prefers-reduced-motion){.l{animation:none}}</style>",
    rect({ x: 0, y: 0, w: width, h: height }, theme.canvas, 'rx="8"'),
    ...rows,
    "</svg>",
    "",
  ].join("\n");
}

/** When each line comes up, in ms, with pauses cut short. */
function shown(lines: readonly RecordedLine[]): number[] {
  let time = 0;
  return lines.map(({ at }, index) => {
    time += Math.min(LONGEST_PAUSE, at - (lines[index - 1]?.at ?? at));
    return time;
  });
}

function span({ value, foreground, decorations }: ParseToken): string {
  const colour = foreground?.type === "named" ? colours[foreground.name] : undefined;
  const fill = colour ?? (decorations.has("dim") ? theme.dim : undefined);
  const weight = decorations.has("bold") ? ' font-weight="700"' : "";
  const content = escaped(value);
  return fill || weight
    ? `<tspan${fill ? ` fill="${fill}"` : ""}${weight}>${content}</tspan>`
    : content;
}
