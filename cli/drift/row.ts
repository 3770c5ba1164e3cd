import { table as drawn, type Terminal, tally } from "../shared/table.ts";

const HEADER = ["what", "compared", "state"];
const COLOURS = { same: "green", drifted: "red" } as const;
const WORDS = { same: "as deployed", drifted: "drifted" };

/** One thing that was deployed. */
export interface Row {
  /** What it is: `container alloy`, `configuration`, `secrets`. */
  what: string;
  /** What of it was compared. */
  aspect: string;
  state: "same" | "drifted";
  /** What differs, a phrase each, without values: they may be secrets. */
  drift: string[];
  /** Command that puts it right; there where it drifted. */
  repair?: string;
}

/** The rows as a table, what drifted below its row with the command that repairs it, and a sum. */
export function table(rows: readonly Row[], terminal: Terminal): string {
  const body = rows.map(({ what, aspect, state, drift, repair }) => ({
    cells: [what, aspect, { text: state, colour: COLOURS[state] }],
    notes: drift,
    commands: repair ? [repair] : [],
  }));
  const states = rows.map(({ state }) => state);
  return drawn([{ cells: HEADER }, ...body], tally(states, WORDS), terminal);
}

/** The rows for machines: every key in every row. */
export function toJson(rows: readonly Row[]): string {
  const all = rows.map(({ repair, ...row }) => ({ ...row, repair: repair ?? null }));
  return `${JSON.stringify(all, null, 2)}\n`;
}
