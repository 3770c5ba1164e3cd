import { table as drawn, type Terminal, tally } from "../shared/table.ts";
import { span } from "../verify/words.ts";
import type { Row } from "./work.ts";

const HEADER = ["stack", "state", "time", "log"];
/** A run that has ended has no others. */
const WORDS = { ok: "ok", failed: "failed", cancelled: "cancelled", "not started": "not started" };

/** The hosts of a run as a table, what is to say about one below its row, and a last line that sums up. */
export function table(rows: readonly Row[], terminal: Terminal): string {
  const body = rows.map(({ stack, state, seconds, log = "", sentence }) => {
    const colour = state === "ok" ? ("green" as const) : ("red" as const);
    const time = seconds === undefined ? "" : span(seconds);
    return { cells: [stack, { text: state, colour }, time, log], notes: [sentence] };
  });
  const states = rows.map(({ state }) => state);
  return drawn([{ cells: HEADER }, ...body], tally(states, WORDS), terminal);
}

/** The rows for machines: every key in every row, `null` where a row has no such value. */
export function toJson(rows: readonly Row[]): string {
  const full = rows.map(({ seconds, log = null, ...row }) => ({
    ...row,
    seconds: seconds === undefined ? null : Math.round(seconds * 10) / 10,
    log,
  }));
  return `${JSON.stringify(full, null, 2)}\n`;
}
