import type { Named } from "./names.ts";
import { type Box, escaped, rect } from "./svg.ts";
import { written } from "./units.ts";

/** What a browser shows while the mouse rests on a part of the picture. No script is needed. */
export function withTip(tip: string, part: string): string {
  return `<g><title>${escaped(tip)}</title>${part}</g>`;
}

/** A strip over the graph for each time of a value; its tip has the values of all lines then. `xOf` answers px in the box. */
export function valueTips(
  shown: Named[],
  box: Box,
  xOf: (time: number) => number,
  unit?: string,
): string {
  const all = shown.flatMap(({ values }) => values.map(([time]) => time));
  const times = [...new Set(all)].sort((a, b) => a - b);
  const at = times.map(xOf);
  const strips = times.map((time, index) => {
    const x = at[index] ?? 0;
    const left = (x + (at[index - 1] ?? x)) / 2;
    const right = (x + (at[index + 1] ?? x)) / 2;
    const strip = { x: box.x + left, y: box.y, w: right - left, h: box.h };
    return withTip(tip(shown, time, unit), rect(strip, "transparent", 'class="tip"'));
  });
  return strips.join("");
}

function tip(shown: Named[], time: number, unit?: string): string {
  const lines = shown.flatMap(({ name, values }) => {
    const now = values.find(([each]) => each === time);
    return now ? [`${name || "value"}: ${written(now[1], unit)}`] : [];
  });
  return [`${new Date(time * 1000).toISOString().slice(11, 19)} UTC`, ...lines].join("\n");
}
