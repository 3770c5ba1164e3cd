import { styleText } from "node:util";
import Table from "cli-table3";
import { wrap } from "./wrap.ts";

/** What a table is written to. */
export interface Terminal {
  /** Columns; at least 60 are used. */
  width: number;
  /** Whether to colour: on a terminal only. */
  colour: boolean;
}

/** Text, and its colour where colours are shown. */
export type Cell = string | { text: string; colour: "green" | "yellow" | "red" | "dim" };

export interface TableRow {
  cells: readonly Cell[];
  /** What there is to say about the row, below it and wrapped. */
  notes?: readonly Cell[];
  /** What to paste, below the notes: a line each, however long. */
  commands?: readonly string[];
}

export type Cut = readonly [column: number, to: number];

interface Layout extends Partial<Terminal> {
  /** What is cut where the terminal is too narrow, in this order, and what it keeps. */
  cut?: readonly Cut[];
  /** All columns but the first are flush right. */
  right?: true;
}

const NARROWEST = 60;
const INDENT = "    ";
/** The library counts one character between columns, so the other one is the cell's own. */
const [MIDDLE, PADDING] = [" ", 1];
const NO_BORDER = {
  ...{ top: "", "top-left": "", "top-mid": "", "top-right": "" },
  ...{ left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "" },
  ...{ bottom: "", "bottom-left": "", "bottom-mid": "", "bottom-right": "" },
};

/** A line for each row, the first one the head, what there is to say below each, and the summary. */
export function table(
  rows: readonly TableRow[],
  summary: string,
  layout: Layout & Terminal,
): string {
  const lines = columns(
    rows.map(({ cells }) => cells),
    layout,
  );
  const body = rows.flatMap(({ notes = [], commands = [] }, index) => [
    lines[index],
    ...notes.flatMap((note) => wrapped(note, layout)),
    ...commands.map((command) => `${INDENT}${command}`),
  ]);
  return [...body, "", summary, ""].join("\n");
}

/** A line for each row. */
export function columns(rows: readonly (readonly Cell[])[], layout: Layout = {}): string[] {
  if (rows.length === 0) return [];
  const drawn = new Table({
    chars: { ...NO_BORDER, middle: MIDDLE },
    style: { "padding-left": 0, "padding-right": PADDING, head: [], border: [] },
    colWidths: cutWidths(rows, layout),
    colAligns: layout.right ? rows[0]?.map((_, column) => (column === 0 ? "left" : "right")) : [],
  });
  drawn.push(...rows.map((row) => row.map((cell) => painted(cell, oneLine(cell), layout))));
  return drawn
    .toString()
    .split("\n")
    .map((line) => line.trimEnd());
}

/** Widths of the columns that have to be cut; the library finds those of the others. */
function cutWidths(rows: readonly (readonly Cell[])[], { width, cut = [] }: Layout): number[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => oneLine(row[column] ?? "").length)),
  );
  const gaps = (widths.length - 1) * (MIDDLE.length + PADDING);
  let excess = gaps + widths.reduce((sum, each) => sum + each, 0);
  excess -= Math.max(NARROWEST, width ?? Number.POSITIVE_INFINITY);
  const narrow: number[] = [];
  for (const [column, to] of cut) {
    const whole = narrow[column] ?? widths[column] ?? 0;
    const less = Math.min(excess, whole - to);
    if (less <= 0) continue;
    narrow[column] = whole - less;
    excess -= less;
  }
  return narrow.map((each) => each + PADDING);
}

/** Lines of what the terminal has. The library would cut a longer word; here it has a line of its own. */
function wrapped(note: Cell, terminal: Terminal): string[] {
  const most = Math.max(NARROWEST, terminal.width) - INDENT.length;
  return wrap(textOf(note), most).map((line) => painted(note, `${INDENT}${line}`, terminal));
}

function textOf(cell: Cell): string {
  return typeof cell === "string" ? cell : cell.text;
}

/** A second line in a cell would take the place of the next row. */
function oneLine(cell: Cell): string {
  return textOf(cell).replaceAll("\n", " ");
}

function painted(cell: Cell, text: string, { colour }: Layout): string {
  if (!colour || typeof cell === "string") return text;
  return styleText(cell.colour, text, { validateStream: false });
}

/** `3 ok, 1 to fix`: how many there are in each state, the first always and the others if any. */
export function tally<State extends string>(
  states: readonly State[],
  words: { readonly [state in State]?: string },
): string {
  return Object.entries(words)
    .map(([state, word]) => ({ word, count: states.filter((each) => each === state).length }))
    .filter(({ count }, index) => index === 0 || count > 0)
    .map(({ count, word }) => `${count} ${word}`)
    .join(", ");
}
