import { checksOf, selfChecksOf } from "../../../cli/verify/checks.ts";
import type { LogLine, Sample } from "../../../cli/verify/sink-queries.ts";
import { factsOf } from "./facts.ts";

export const facts = factsOf("svlnas");
const now = new Date("2027-01-01T00:00:00Z");
const checks = [
  ...checksOf(facts, now),
  ...checksOf(factsOf("svlazext"), now),
  ...selfChecksOf(facts),
];
/** The check of that id, of svlnas or, where only that has it, of svlazext. */
export const check = (id: string) => {
  const found = checks.find((each) => each.id === id);
  if (!found) throw new Error(`no check ${id}`);
  return found;
};
export const sample = (value: number, labels: Record<string, string> = {}): Sample => ({
  labels,
  value,
});
export const line = (labels: Record<string, string>): LogLine => ({ labels, time: 0n, line: "" });
/** What a check makes of the answers. */
export const verdict = (id: string, metrics: Sample[][], logs: LogLine[] = []) =>
  check(id).evaluate({ metrics, logs });
