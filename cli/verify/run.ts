import type { VerifyFacts } from "../../telemetry/facts.ts";
import { type Signal, signalsOf } from "../../telemetry/signals.ts";
import { answers, measure, type Sinks } from "./ask.ts";
import { type Check, resultOf } from "./checks/check.ts";
import { checksOf, selfChecksOf, selfUnknown } from "./checks.ts";
import { evaluateSignal, unasked } from "./evaluate.ts";
import type { Progress } from "./progress.ts";
import type { Result } from "./result.ts";
import { type Question, settle } from "./settle.ts";
import { shareCause } from "./shared-cause.ts";

export interface VerifyOptions {
  /**
   * How long a signal is waited for, in s. 0 asks once. A request under way ends after 15 s at most.
   * Left out: each signal's own time.
   */
  timeoutSeconds?: number;
  /** Pause between two rounds of questions, in s. Default: 5. */
  pollSeconds?: number;
  /**
   * When the agent that is to be proven took over from another, in ms since 1970: what the other one sent
   * proves nothing. Not asked of what may come seldom: the journal and GitHub.
   */
  since?: number;
  onProgress?: (progress: Progress) => void;
}

/** Asks until every enabled signal has arrived or its time is up, then makes the checks. */
export async function verify(
  sinks: Sinks,
  facts: VerifyFacts,
  { timeoutSeconds, pollSeconds = 5, since, onProgress = () => {} }: VerifyOptions = {},
): Promise<Result[]> {
  const waiting = { begin: Date.now(), timeoutSeconds, pollSeconds };
  const asked = signalsOf(facts).map((signal) => signalQuestion(sinks, signal, since));
  const signals = shareCause(await settle(asked, { ...waiting, onProgress }));
  onProgress({ kind: "checking" });
  const selfArrived = signals.some(({ signal, state }) => signal === "self" && state === "ok");
  const checks = [...checksOf(facts, new Date()), ...(selfArrived ? selfChecksOf(facts) : [])];
  const questions = checks.map((check) => checkQuestion(sinks, check));
  const made = await settle(questions, {
    ...waiting,
    // Most checks are made at once: the table shows them all.
    onProgress: (progress) => progress.kind === "waiting" && onProgress(progress),
  });
  return [...signals, ...made, ...(selfArrived ? [] : [selfUnknown(facts)])];
}

/** Freshness in s above which a signal may come seldom. */
const SELDOM = 600;

/** The signal, fresh only if it is younger than the time that is given. */
function sinceThen(signal: Signal, since = 0): Signal {
  if (signal.freshSeconds > SELDOM) return signal;
  return { ...signal, freshSeconds: Math.min(signal.freshSeconds, (Date.now() - since) / 1000) };
}

function signalQuestion(sinks: Sinks, signal: Signal, since?: number): Question {
  const { title, waitSeconds } = signal;
  return {
    ...{ title, waitSeconds, again: true },
    ask: async () => {
      const measured = await measure(sinks, signal);
      return evaluateSignal(sinceThen(signal, since), measured);
    },
    unasked: (problem) => unasked(signal, problem),
  };
}

function checkQuestion(sinks: Sinks, check: Check): Question {
  return {
    title: check.again?.title ?? check.title,
    waitSeconds: check.again?.waitSeconds ?? 0,
    again: check.again !== undefined,
    ask: async () => resultOf(check, check.judge(await answers(sinks, check))),
    unasked: (advice) => resultOf(check, { count: 0, state: "warning", advice }),
  };
}
