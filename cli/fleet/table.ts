import { table as drawn, type Terminal, tally } from "../shared/table.ts";
import { span } from "../shared/words.ts";
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
