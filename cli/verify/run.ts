import type { VerifyFacts } from "../../telemetry/facts.ts";
import { selfMetric } from "../../telemetry/queries.ts";
import { GITHUB_WAIT, type Signal, signalsOf } from "../../telemetry/signals.ts";
import { span } from "../shared/words.ts";
import { answers, measure, type Sinks } from "./ask.ts";
import { type Check, resultOf } from "./checks/check.ts";
import { type RunningContainer, unheard } from "./checks/unheard.ts";
import { checksOf, selfChecksOf, selfUnknown } from "./checks.ts";
import { evaluateSignal, unasked } from "./evaluate.ts";
import type { Progress } from "./progress.ts";
import type { Result } from "./result.ts";
import { type Question, settle } from "./settle.ts";
import { shareCause } from "./shared-cause.ts";
import { queryMetrics } from "./sink-queries.ts";

export interface SeenOnHost {
  /** Text of a line that was just written there, by the id of the signal that has to bring it. */
  caused: Readonly<Record<string, string>>;
  running: readonly RunningContainer[];
}

export interface VerifyOptions {
  /**
   * How long a signal is waited for, in s. 0 asks once: then a sample may be older than the question.
   * A request under way ends after 15 s at most. Left out: each signal's own time.
   */
  timeoutSeconds?: number;
  /** Pause between two rounds of questions, in s. Default: 5. */
  pollSeconds?: number;
  /**
   * When the agent that is to be proven took over from another, in ms since 1970: what the other one sent
   * proves nothing. Not asked of what may come seldom: the journal and GitHub.
   */
  since?: number;
  /** Waits for GitHub's first poll, up to 10 min after the agent's start. Default: says when it comes. */
  wait?: boolean;
  /** What was done and seen on the host for this proof. Left out: the sinks alone are asked. */
  host?: SeenOnHost;
  onProgress?: (progress: Progress) => void;
}

/**
 * Asks until every enabled signal has arrived or its time is up, then makes the checks. Samples prove an agent
 * that runs when they are newer than the question; lines come when something is said.
 */
export async function verify(
  sinks: Sinks,
  facts: VerifyFacts,
  {
    timeoutSeconds,
    pollSeconds = 5,
    since,
    wait = false,
    host,
    onProgress = () => {},
  }: VerifyOptions = {},
): Promise<Result[]> {
  const begin = Date.now();
  const waiting = { begin, timeoutSeconds, pollSeconds };
  const all = signalsOf(facts).map((signal) => bringing(signal, host?.caused[signal.id]));
  const samples = timeoutSeconds === 0 ? since : begin;
  // Where no sample can prove it, a line has to.
  const lines = all.some(({ kind }) => kind === "metrics") ? since : samples;
  const arrive = (signals: Signal[], seconds = timeoutSeconds) => {
    const asked = signals.map((signal) =>
      signalQuestion(sinks, signal, signal.kind === "metrics" ? samples : lines),
    );
    return settle(asked, { ...waiting, timeoutSeconds: seconds, onProgress });
  };
  const own = await arrive(all.filter(({ waitSeconds }) => waitSeconds !== GITHUB_WAIT));
  const polls = all.filter(({ waitSeconds }) => waitSeconds === GITHUB_WAIT);
  const untilPoll = wait || polls.length === 0 ? 0 : await secondsUntilPoll(sinks, facts.host);
  const polled = await arrive(polls, untilPoll ? 0 : timeoutSeconds);
  const signals = shareCause([...own, ...polled.map((row) => expected(row, untilPoll))]);
  onProgress({ kind: "checking" });
  const selfArrived = signals.some(({ signal, state }) => signal === "self" && state === "ok");
  const checks = [...checksOf(facts, new Date()), ...(selfArrived ? selfChecksOf(facts) : [])];
  if (host && host.running.length > 0) checks.push(unheard(facts, host.running));
  const questions = checks.map((check) => checkQuestion(sinks, check));
  const made = await settle(questions, {
    ...waiting,
    // Most checks are made at once: the table shows them all.
    onProgress: (progress) => progress.kind === "waiting" && onProgress(progress),
  });
  return [...signals, ...made, ...(selfArrived ? [] : [selfUnknown(facts)])];
}

/** For how long the first poll of an agent that has just started may still be out, in s; 0 when it is due. */
async function secondsUntilPoll(sinks: Sinks, host: string): Promise<number> {
  const started = selfMetric("alloy_resources_process_start_time_seconds", host);
  const { metrics } = sinks;
  const [uptime] = await queryMetrics(metrics, `time() - ${started}`).catch(() => []);
  return Math.max(0, GITHUB_WAIT - (uptime?.value ?? GITHUB_WAIT));
}

/** What has not come yet, and need not have, is no failure. */
function expected(row: Result, untilPoll: number): Result {
  if (untilPoll === 0 || row.state === "ok") return row;
  const advice = `Alloy has just started and polls every 10 min; the first poll arrives within ${span(untilPoll)}, and --wait waits for it. The token was checked when the stack was deployed.`;
  return { ...row, state: "warning", advice };
}

/** The signal that is well once it brings a line with the text. */
function bringing(signal: Signal, text: string | undefined): Signal {
  if (text === undefined) return signal;
  const advice = `A line that was written on the host for this proof has not arrived. ${signal.advice}`;
  return { ...signal, query: `${signal.query} |= ${JSON.stringify(text)}`, advice };
}

/** Freshness in s above which a signal may come seldom. */
const SELDOM = 600;

/** `since`: from when on what arrives is a proof, in ms since 1970. */
function signalQuestion(sinks: Sinks, signal: Signal, since?: number): Question {
  const { title, waitSeconds } = signal;
  const proves = since !== undefined && signal.freshSeconds <= SELDOM;
  return {
    ...{ title, waitSeconds, again: true },
    ask: async () => {
      const measured = await measure(sinks, signal);
      return evaluateSignal(signal, measured, proves ? (Date.now() - since) / 1000 : undefined);
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
