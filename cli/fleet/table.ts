import { styleText } from "node:util";
import { span } from "../verify/words.ts";
import type { Row } from "./outcome.ts";

export interface TableStyle {
  /** Columns of the terminal; at least 60 are used. */
  width: number;
  /** Whether to colour: on a terminal only. */
  colour: boolean;
}

const GAP = 2;
const NARROWEST = 60;
const HEADER = ["stack", "state", "time", "log"] as const;

/** The hosts of a run as a table, what is to say about one below its row, and a last line that sums up. */
export function table(rows: readonly Row[], style: TableStyle): string {
  const width = Math.max(NARROWEST, style.width);
  const all = [[...HEADER], ...rows.map(cells)];
  const widths = HEADER.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const body = rows.flatMap((row) => [
    paint(row, line(cells(row), widths), style),
    ...wrap(row.sentence, width),
  ]);
  return [line([...HEADER], widths), ...body, "", `${summary(rows)}\n`].join("\n");
}

function cells({ stack, state, seconds, log }: Row): string[] {
  return [stack, state, seconds === undefined ? "" : span(seconds), log ?? ""];
}

function line(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, column) => cell.padEnd(widths[column] ?? 0))
    .join(" ".repeat(GAP))
    .trimEnd();
}

/** Words in lines of at most `width`, indented; a longer word stands alone. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(`    ${word}`);
    }
  }
  return lines;
}

/** `47 ok, 3 failed`: every state that occurs, `ok` always. */
export function summary(rows: readonly Row[]): string {
  const states = ["ok", "failed", "cancelled", "not started"] as const;
  return states
    .map((state) => ({ state, count: rows.filter((row) => row.state === state).length }))
    .filter(({ state, count }) => state === "ok" || count > 0)
    .map(({ state, count }) => `${count} ${state}`)
    .join(", ");
}

/** Colours the state alone: in its own column, so that a stack named `ok` stays as it is. */
function paint({ stack, state }: Row, text: string, { colour }: TableStyle): string {
  if (!colour) return text;
  const from = text.indexOf(state, stack.length);
  const painted = styleText(state === "ok" ? "green" : "red", state, { validateStream: false });
  return `${text.slice(0, from)}${painted}${text.slice(from + state.length)}`;
}

/** The rows for machines: every key in every row, `null` where a row has no such value. */
export function toJson(rows: readonly Row[]): string {
  const full = rows.map(({ stack, state, sentence, seconds, log }) => ({
    stack,
    state,
    sentence,
    seconds: seconds === undefined ? null : Math.round(seconds * 10) / 10,
    log: log ?? null,
  }));
  return `${JSON.stringify(full, null, 2)}\n`;
}
