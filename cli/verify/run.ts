import { setTimeout as sleep } from "node:timers/promises";
import { answers, measure, type Sinks } from "./ask.ts";
import { type Check, resultOf, unmade } from "./checks/check.ts";
import { checksOf, selfChecksOf, selfUnknown } from "./checks.ts";
import { evaluateSignal, unasked } from "./evaluate.ts";
import type { VerifyFacts } from "./facts.ts";
import type { Result } from "./result.ts";
import { type Signal, signalsOf } from "./signals.ts";

/** What happens while `verify` waits. */
export type Progress =
  /** A signal has arrived, or its time is up. */
  | { kind: "settled"; result: Result; seconds: number }
  /** Titles of what is still waited for, and what hinders asking. */
  | { kind: "waiting"; titles: readonly string[]; secondsLeft: number; problem?: string }
  /** The checks begin. */
  | { kind: "checking" };

export interface VerifyOptions {
  /** How long a signal is waited for, in s. 0 asks once. A request under way ends after 15 s at most. */
  timeoutSeconds: number;
  /** Pause between two rounds of questions, in s. Default: 5. */
  pollSeconds?: number;
  onProgress?: (progress: Progress) => void;
}

/** Asks until every enabled signal has arrived or its time is up, then makes the checks, once. */
export async function verify(
  sinks: Sinks,
  facts: VerifyFacts,
  options: VerifyOptions,
): Promise<Result[]> {
  const signals = await waitForSignals(sinks, signalsOf(facts), options);
  options.onProgress?.({ kind: "checking" });
  const make = (checks: Check[]) => Promise.all(checks.map((check) => makeCheck(sinks, check)));
  const selfArrived = signals.some(({ signal, state }) => signal === "self" && state === "ok");
  const [self, others] = await Promise.all([
    selfArrived ? make(selfChecksOf(facts)) : [selfUnknown(facts)],
    make(checksOf(facts)),
  ]);
  return [...signals, ...others, ...self];
}

async function waitForSignals(
  sinks: Sinks,
  signals: Signal[],
  { timeoutSeconds, pollSeconds = 5, onProgress = () => {} }: VerifyOptions,
): Promise<Result[]> {
  const begin = Date.now();
  const end = begin + timeoutSeconds * 1000;
  const settled = new Map<Signal, Result>();
  for (;;) {
    const last = Date.now() >= end;
    const open = signals.filter((signal) => !settled.has(signal));
    const asked = await Promise.all(open.map((signal) => askFor(sinks, signal)));
    for (const { signal, result, final } of asked) {
      if (!last && !final && result.state !== "ok") continue;
      settled.set(signal, result);
      onProgress({ kind: "settled", result, seconds: (Date.now() - begin) / 1000 });
    }
    const waiting = asked.filter(({ signal }) => !settled.has(signal));
    if (waiting.length === 0) return signals.flatMap((signal) => settled.get(signal) ?? []);
    const secondsLeft = Math.max(0, (end - Date.now()) / 1000);
    const titles = waiting.map(({ signal }) => signal.title);
    const problem = waiting.find((one) => one.problem)?.problem;
    onProgress({ kind: "waiting", titles, secondsLeft, problem });
    await sleep(Math.min(pollSeconds, secondsLeft) * 1000);
  }
}

interface Asked {
  signal: Signal;
  result: Result;
  /** Whether asking again can't change it. */
  final: boolean;
  problem?: string;
}

async function askFor(sinks: Sinks, signal: Signal): Promise<Asked> {
  const found = await measure(sinks, signal);
  if (!("problem" in found)) return { signal, result: evaluateSignal(signal, found), final: false };
  const { sentence, final } = found.problem;
  return { signal, result: unasked(signal, sentence), final, problem: sentence };
}

async function makeCheck(sinks: Sinks, check: Check): Promise<Result> {
  const found = await answers(sinks, check);
  return "problem" in found ? unmade(check, found.problem.sentence) : resultOf(check, found);
}
