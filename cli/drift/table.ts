import { styleText } from "node:util";
import type { Row } from "./row.ts";

/** The rows as a table, what drifted below its row with the command that repairs it, and a sum. */
export function table(rows: readonly Row[], { colour }: { colour: boolean }): string {
  const cells = [
    ["what", "compared", "state"],
    ...rows.map((row) => [row.what, row.aspect, row.state]),
  ];
  const widths = [0, 1].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: string[]) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
  const body = rows.flatMap((row, index) => [
    paint(row, line(cells[index + 1] ?? []), colour),
    ...row.drift.map((phrase) => `    ${phrase}`),
    ...(row.repair ? [`    ${row.repair}`] : []),
  ]);
  const drifted = rows.filter(({ state }) => state === "drifted").length;
  const same = `${rows.length - drifted} as deployed`;
  const sum = drifted === 0 ? same : `${same}, ${drifted} drifted`;
  return [line(cells[0] ?? []), ...body, "", sum, ""].join("\n");
}

function paint({ state }: Row, text: string, colour: boolean): string {
  if (!colour) return text;
  const end = text.length - state.length;
  const painted = styleText(state === "same" ? "green" : "red", state, { validateStream: false });
  return `${text.slice(0, end)}${painted}`;
}
