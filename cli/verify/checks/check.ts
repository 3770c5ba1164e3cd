import type { Result, State } from "../result.ts";
import type { LogLine, Sample } from "../sink-queries.ts";

/** Something that is looked at after the signals: what arrives can still be wrong. */
export interface Check {
  id: string;
  title: string;
  /** PromQL; the first one is shown. Left out where logs say it, or where it is known without asking. */
  metrics?: string[];
  /** LogQL, of each of which the newest 100 lines of the last `seconds` are asked. */
  logs?: { queries: string[]; seconds: number };
  /** LogQL that answers numbers. */
  lineCounts?: string;
  /**
   * What is wrong now can pass by itself: it is asked until it is ok, for `waitSeconds` from the start of
   * `verify`. `title` is what is waited for. Left out: asked once.
   */
  again?: { title: string; waitSeconds: number };
  unit: Result["unit"];
  judge(answers: Answers): Finding;
}

/** Answers of the sinks: samples by query, in the order of `metrics`, the lines of all of `logs`, and `lineCounts`. */
export interface Answers {
  metrics: Sample[][];
  logs: LogLine[];
  lineCounts: Sample[];
}

/** What a check found; without a state it is ok. */
export interface Finding extends Pick<Result, "count" | "detail" | "advice"> {
  state?: State;
}

/** A check that is ok up to a bound of one number: the sum of its first query, or its lines. */
interface Bound extends Omit<Check, "judge"> {
  /** The most that is ok. Default: 0. */
  allowed?: number;
  /** What it is above that. Default: `warning`. */
  state?: State;
  /** The parts of the sum. */
  detail?(found: Sample[]): string;
  advice: string | ((count: number) => string);
}

export function bounded(bound: Bound): Check {
  const { allowed = 0, state = "warning", detail, advice, ...check } = bound;
  return {
    ...check,
    judge({ metrics: [found = []], logs }) {
      const count = check.logs ? logs.length : Math.max(0, Math.ceil(sum(found)));
      if (count <= allowed) return { count };
      return {
        ...{ count, state },
        ...(detail && { detail: detail(found) }),
        advice: typeof advice === "string" ? advice : advice(count),
      };
    },
  };
}

/** The row of a check. */
export function resultOf(
  { id, title, unit, metrics, logs, lineCounts = "" }: Check,
  finding: Finding,
): Result {
  const query = metrics?.[0] ?? logs?.queries[0] ?? lineCounts;
  return { signal: id, title, query, unit, state: "ok", ...finding };
}

/** Sum of the values of an answer; 0 for an empty one. */
export function sum(samples: readonly Sample[] = []): number {
  return samples.reduce((total, { value }) => total + value, 0);
}

/** The samples above zero by a label, greatest first: "ingester_error 12, rate_limited 3". */
export function byLabel(samples: readonly Sample[], label: string): string {
  return samples
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value)
    .map(({ labels, value }) => `${labels[label] || "no reason given"} ${Math.ceil(value)}`)
    .join(", ");
}
