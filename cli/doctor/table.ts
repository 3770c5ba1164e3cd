import { styleText } from "node:util";
import { type Check, stateOf } from "../../checks/host/check.ts";

export interface TableStyle {
  /** Columns of the terminal; at least 60 are used. */
  width: number;
  /** Whether to colour: on a terminal only. */
  colour: boolean;
}

const GAP = "  ";
const NARROWEST = 60;
const COLOURS = { ok: "green", fault: "red", open: "yellow" } as const;

/** A row a check; below one with a fault what is wrong, and on a line of its own what mends it. */
export function table(checks: readonly Check[], { width, colour }: TableStyle): string {
  const first = Math.max(5, ...checks.map(({ check }) => check.length));
  const second = Math.max(NARROWEST, width) - first - "fault".length - 2 * GAP.length;
  const found = Math.min(second, Math.max(5, ...checks.map((each) => each.found.length)));
  const row = (name: string, text: string, state: string) =>
    [name.padEnd(first), cut(text, found).padEnd(found), state].join(GAP);
  const lines = checks.flatMap((each) => {
    const state = stateOf(each);
    const paint = (text: string) =>
      colour ? styleText(COLOURS[state], text, { validateStream: false }) : text;
    const { fault } = each;
    const notes = fault ? [`    ${fault.path}: ${fault.reason}`, `    ${fault.fix}`] : [];
    return [row(each.check, each.found, paint(state)), ...notes];
  });
  return [row("check", "found", "state"), ...lines, "", summary(checks), ""].join("\n");
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

function summary(checks: readonly Check[]): string {
  const count = (state: string) => checks.filter((each) => stateOf(each) === state).length;
  const [faults, open] = [count("fault"), count("open")];
  return [
    `${count("ok")} ok`,
    ...(faults > 0 ? [`${faults} to mend`] : []),
    ...(open > 0 ? [`${open} not asked`] : []),
  ].join(", ");
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
