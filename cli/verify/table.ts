import { type Cell, type Cut, table as drawn, type Terminal, tally } from "../shared/table.ts";
import { amount, span } from "../shared/words.ts";
import { failures, type Result, type State } from "./result.ts";

const HEADER = ["signal", "query", "age", "found", "state"];
/** The query first, but before it says nothing the title. */
const CUT: Cut[] = [
  [1, 16],
  [0, 10],
  [1, 1],
];
const WORDS = {
  ...{ ok: "ok", warning: "to check" },
  ...Object.fromEntries(failures.map((state) => [state, state])),
};

/** The rows as a table, what is wrong below its row, and a last line that sums up. */
export function table(results: readonly Result[], terminal: Terminal): string {
  const said = new Map<string, string>();
  const rows = results.map((result) => ({ cells: cells(result), notes: notes(result, said) }));
  const states = results.map(({ state }) => state);
  return drawn([{ cells: HEADER }, ...rows], tally(states, WORDS), { ...terminal, cut: CUT });
}

function cells({ title, query, ageSeconds, count, unit, state }: Result): Cell[] {
  const age = ageSeconds === undefined ? "" : span(ageSeconds);
  return [title, query, age, `${amount(count)} ${unit}`, { text: state, colour: colourOf(state) }];
}

function colourOf(state: State) {
  if (state === "ok") return "green";
  return state === "warning" ? "yellow" : "red";
}

/** Detail and advice; the same advice a second time is a reference to the first. */
function notes({ title, detail, advice }: Result, said: Map<string, string>): Cell[] {
  const lines: Cell[] = detail ? [{ text: detail, colour: "dim" }] : [];
  if (!advice) return lines;
  const first = said.get(advice);
  if (first === undefined) said.set(advice, title);
  return [...lines, first === undefined ? advice : `As for ${first}.`];
}
