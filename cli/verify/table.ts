import { styleText } from "node:util";
import { failures, type Result, type State } from "./result.ts";
import { amount, span } from "./words.ts";

export interface TableStyle {
  /** Columns of the terminal; at least 60 are used. */
  width: number;
  /** Whether to colour: on a terminal only. */
  colour: boolean;
}

const GAP = 2;
const NARROWEST = 60;
const HEADER = ["signal", "query", "age", "found", "state"] as const;
const COLOURS = { ok: "green", warning: "yellow" } as const;
const FAILURE = "red";

/** The rows as a table, what is wrong below its row, and a last line that sums up. */
export function table(results: readonly Result[], style: TableStyle): string {
  const width = Math.max(NARROWEST, style.width);
  const widths = columnWidths(results, width);
  const said = new Map<string, string>();
  const rows = results.flatMap((result) => [
    paint(result.state, line(cells(result), widths), style),
    ...notes(result, said, width, style),
  ]);
  return [line([...HEADER], widths), ...rows, "", summary(results), ""].join("\n");
}

function cells({ title, query, ageSeconds, count, unit, state }: Result): string[] {
  const age = ageSeconds === undefined ? "" : span(ageSeconds);
  return [title, query, age, `${amount(count)} ${unit}`, state];
}

/** The query gets what the other columns leave; the title is cut before the query goes below 16. */
function columnWidths(results: readonly Result[], width: number): number[] {
  const rows = [[...HEADER], ...results.map(cells)];
  const widths = HEADER.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const [title = 0, query = 0, ...others] = widths;
  const left = width - others.reduce((sum, each) => sum + each, 0) - GAP * (HEADER.length - 1);
  const titleWidth = Math.min(title, Math.max(10, left - 16));
  return [titleWidth, Math.max(0, Math.min(query, left - titleWidth)), ...others];
}

function line(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, column) => cut(cell, widths[column] ?? 0).padEnd(widths[column] ?? 0))
    .join(" ".repeat(GAP))
    .trimEnd();
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** Detail and advice, wrapped; the same advice a second time is a reference to the first. */
function notes(
  { title, detail, advice }: Result,
  said: Map<string, string>,
  width: number,
  style: TableStyle,
): string[] {
  const lines = detail ? wrap(detail, width).map((text) => dim(text, style)) : [];
  if (!advice) return lines;
  const first = said.get(advice);
  if (first === undefined) said.set(advice, title);
  return [...lines, ...wrap(first === undefined ? advice : `As for ${first}.`, width)];
}

/** Words in lines of at most `width`, indented; a longer word stands alone. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(`    ${word}`);
    }
  }
  return lines;
}

function summary(results: readonly Result[]): string {
  const part = (state: State, words: string = state) => {
    const count = results.filter((result) => result.state === state).length;
    return count === 0 && state !== "ok" ? [] : [`${count} ${words}`];
  };
  const failing = failures.flatMap((state) => part(state));
  return [...part("ok"), ...part("warning", "to look at"), ...failing].join(", ");
}

function paint(state: State, text: string, { colour }: TableStyle): string {
  if (!colour) return text;
  const split = text.length - state.length;
  const colourOf = state === "ok" || state === "warning" ? COLOURS[state] : FAILURE;
  const painted = styleText(colourOf, text.slice(split), { validateStream: false });
  return `${text.slice(0, split)}${painted}`;
}

function dim(text: string, { colour }: TableStyle): string {
  return colour ? styleText("dim", text, { validateStream: false }) : text;
}
