import type { Signal } from "../../telemetry/signals.ts";
import { span } from "../shared/words.ts";
import type { Result } from "./result.ts";

/** What the sink answered about a signal. */
export interface Measured {
  /** How many series or lines answer the signal's query now. */
  matches: number;
  /** Age of the newest sample or line in s; left out when there is none within the range asked. */
  ageSeconds?: number;
  /** Series or lines that came with it. */
  count: number;
}

/**
 * What a measurement says about a signal. `begun` is how many s ago the proof began: what is older shows an
 * agent that ran, not one that runs. Left out: the signal's own freshness is enough.
 */
export function evaluateSignal(
  signal: Signal,
  measured: Measured,
  begun = Number.POSITIVE_INFINITY,
): Result {
  // A host whose clock is ahead sends samples of the future.
  const age = measured.ageSeconds === undefined ? undefined : Math.max(0, measured.ageSeconds);
  const row = { ...rowOf(signal), ageSeconds: age, count: measured.count };
  if (age === undefined) return { ...row, state: "missing", advice: signal.advice };
  const what = signal.kind === "metrics" ? "sample" : "line";
  const old = `The newest ${what} is ${span(age)} old`;
  if (age > signal.freshSeconds) {
    const allowed = `${span(signal.freshSeconds)} are allowed`;
    return { ...row, state: "stale", advice: `${old}, ${allowed}. ${signal.advice}` };
  }
  if (age > begun) {
    const none = "none has arrived since this check began";
    return { ...row, state: "stale", advice: `${old}: ${none}. ${signal.advice}` };
  }
  if (measured.matches === 0) {
    return {
      ...row,
      state: "missing",
      advice: `It arrives, but its value is not 1. ${signal.advice}`,
    };
  }
  return { ...row, state: "ok" };
}

/** A signal that could not be asked for. */
export function unasked(signal: Signal, problem: string): Result {
  return { ...rowOf(signal), count: 0, state: "missing", advice: problem };
}

function rowOf({ id, title, query, kind }: Signal) {
  const unit = kind === "metrics" ? ("series" as const) : ("lines" as const);
  return { signal: id, title, query, unit };
}
