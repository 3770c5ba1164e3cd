import { setTimeout } from "node:timers/promises";
import type { Progress } from "./progress.ts";
import type { Result } from "./result.ts";
import { SinkProblem } from "./sink-problem.ts";

/** Something that is asked until it is ok or its time is up. */
export interface Question {
  /** What is waited for, for people. */
  title: string;
  /** How long it is waited for unless `timeoutSeconds` says otherwise, in s. */
  waitSeconds: number;
  /** Whether asking again can change it. */
  again: boolean;
  /** Throws `SinkProblem`. */
  ask(): Promise<Result>;
  /** The result when it could not be asked. */
  unasked(problem: string): Result;
}

export interface Waiting {
  /** From when on the time is counted, in ms since 1970. */
  begin: number;
  /** How long each question is waited for, in s. Left out: its own time. */
  timeoutSeconds?: number;
  /** Pause between two rounds of questions, in s. */
  pollSeconds: number;
  onProgress(progress: Progress): void;
  /** Waits so many ms. Default: by the clock. */
  sleep?(milliseconds: number): Promise<unknown>;
}

/** Asks every question at least once; answers their last results in their order. */
export async function settle(questions: Question[], waiting: Waiting): Promise<Result[]> {
  const { begin, pollSeconds, onProgress, sleep = setTimeout } = waiting;
  const settled = new Map<Question, Result>();
  for (;;) {
    const now = Date.now();
    const answers = await Promise.all(
      questions
        .filter((question) => !settled.has(question))
        .map(async (question) => ({
          ...(await answerTo(question)),
          question,
        })),
    );
    const asked = answers.map((one) => ({ ...one, end: endOf(one, waiting) }));
    for (const { question, result, final, end } of asked) {
      if (now < end && !final && result.state !== "ok") continue;
      settled.set(question, result);
      onProgress({ kind: "settled", result, seconds: (Date.now() - begin) / 1000 });
    }
    const open = asked.filter(({ question }) => !settled.has(question));
    if (open.length === 0) return questions.flatMap((question) => settled.get(question) ?? []);
    const secondsLeft = open.map(({ end }) => Math.max(0, (end - Date.now()) / 1000));
    const titles = open.map(({ question }) => question.title);
    const problem = open.find((one) => one.problem)?.problem;
    onProgress({ kind: "waiting", titles, secondsLeft: Math.max(...secondsLeft), problem });
    await sleep(Math.min(pollSeconds, ...secondsLeft) * 1000);
  }
}

/** Until when a question is asked again, in ms since 1970: what is known to come late may outlast its own time. */
function endOf(
  { question, until = 0 }: { question: Question; until?: number },
  { begin, timeoutSeconds }: Waiting,
): number {
  if (timeoutSeconds !== undefined) return begin + timeoutSeconds * 1000;
  return Math.max(begin + question.waitSeconds * 1000, until);
}

async function answerTo({ again, ask, unasked }: Question) {
  try {
    return { result: await ask(), final: !again };
  } catch (error) {
    if (!(error instanceof SinkProblem)) throw error;
    const problem = error.message;
    return { result: unasked(problem), final: !again || error.final, problem, until: error.until };
  }
}
