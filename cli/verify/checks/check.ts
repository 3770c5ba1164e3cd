import type { Result } from "../result.ts";
import type { LogLine, Sample } from "../sink-queries.ts";

/** What a check found, before its names are put to it. */
export type Verdict = Omit<Result, "signal" | "title" | "query">;

/** Answers of the sinks: samples by query, in the order of `metrics`, and the lines of all of `logs`. */
export interface Answers {
  metrics: Sample[][];
  logs: LogLine[];
}

/** Something that is looked at after the signals: what arrives can still be wrong. */
export interface Check {
  id: string;
  title: string;
  /** PromQL; the first one is shown. Empty for what is told by logs, or known without asking. */
  metrics: string[];
  /** LogQL, of each of which the newest 100 lines of the last `seconds` are asked. */
  logs?: { queries: string[]; seconds: number };
  /**
   * What is wrong now can pass by itself: it is asked until it is ok, for `waitSeconds` from the start of
   * `verify`. `title` is what is waited for. Left out: asked once.
   */
  again?: { title: string; waitSeconds: number };
  unit: Result["unit"];
  evaluate(answers: Answers): Verdict;
}

/** The row of a check. */
export function resultOf(check: Check, answers: Answers): Result {
  return { ...rowOf(check), ...check.evaluate(answers) };
}

/** The row of a check that could not be made. */
export function unmade(check: Check, problem: string): Result {
  const unknown = { count: 0, unit: check.unit, state: "warning", advice: problem } as const;
  return { ...rowOf(check), ...unknown };
}

function rowOf(check: Check) {
  const query = check.metrics[0] ?? check.logs?.queries[0] ?? "";
  return { signal: check.id, title: check.title, query };
}

/** Sum of the values of an answer; 0 for an empty one. */
export function sum(samples: readonly Sample[] = []): number {
  return samples.reduce((total, { value }) => total + value, 0);
}

/** The samples above zero by a label, greatest first: "ingester_error 12, rate_limited 3". */
export function byLabel(samples: readonly Sample[] = [], label: string): string {
  return samples
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value)
    .map(({ labels, value }) => `${labels[label] || "no reason given"} ${Math.ceil(value)}`)
    .join(", ");
}
