import { type Check, stateOf } from "../../checks/host/check.ts";
import { type Cut, table as drawn, type Terminal, tally } from "../shared/table.ts";

const HEADER = ["check", "found", "state"];
/** What was found is cut. */
const CUT: Cut[] = [[1, 1]];
const COLOURS = { ok: "green", fault: "red", warning: "yellow", open: "yellow" } as const;
const WORDS = { ok: "ok", fault: "to fix", warning: "to check", open: "skipped" };

/** A row a check; below one with a fault what is wrong, and on a line of its own what fixes it. */
export function table(checks: readonly Check[], terminal: Terminal): string {
  const rows = checks.map((each) => {
    const { check, found, fault } = each;
    const state = stateOf(each);
    return {
      cells: [check, found, { text: state, colour: COLOURS[state] }],
      ...(fault && { notes: [`${fault.path}: ${fault.reason}`], commands: [fault.fix] }),
    };
  });
  const summary = tally(checks.map(stateOf), WORDS);
  return drawn([{ cells: HEADER }, ...rows], summary, { ...terminal, cut: CUT });
}

/** The checks as JSON: `check`, `found`, `state`, and of a fault `path`, `reason` and `fix`. */
export function toJson(checks: readonly Check[]): string {
  const rows = checks.map((each) => ({
    check: each.check,
    found: each.found,
    state: stateOf(each),
    ...each.fault,
  }));
  return `${JSON.stringify(rows, null, 2)}\n`;
}
