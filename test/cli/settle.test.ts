import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Progress } from "../../cli/verify/progress.ts";
import type { State } from "../../cli/verify/result.ts";
import { type Question, settle } from "../../cli/verify/settle.ts";

const sleep = async (milliseconds: number) => void vi.setSystemTime(Date.now() + milliseconds);

beforeEach(() => void vi.useFakeTimers({ now: 0, toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

/** A question that is answered with `ok` from a second of the clock on. */
function question(title: string, waitSeconds: number, okFrom = Number.POSITIVE_INFINITY): Question {
  return {
    title,
    waitSeconds,
    async ask() {
      const state: State = Date.now() >= okFrom * 1000 ? "ok" : "missing";
      const row = { signal: title, title, query: "", count: 0, unit: "series" } as const;
      return { result: { ...row, state }, final: false };
    },
  };
}

/** Waits for the questions; answers states, when each settled, and what was said first. */
async function run(questions: Question[], timeoutSeconds?: number) {
  const seen: Progress[] = [];
  const onProgress = (progress: Progress) => void seen.push(progress);
  const waiting = { begin: 0, timeoutSeconds, pollSeconds: 5, onProgress, sleep };
  const results = await settle(questions, waiting);
  const settled = seen.flatMap((one) =>
    one.kind === "settled" ? [[one.result.title, one.seconds]] : [],
  );
  const first = seen.find(({ kind }) => kind === "waiting");
  return { states: results.map(({ state }) => state), settled, waiting: first };
}

test("each question has its own time; the longest one is told", async () => {
  expect(await run([question("GitHub", 720, 655), question("host", 180)])).toEqual({
    states: ["ok", "missing"],
    settled: [
      ["host", 180],
      ["GitHub", 655],
    ],
    waiting: {
      kind: "waiting",
      titles: ["GitHub", "host"],
      secondsLeft: 720,
      problem: undefined,
    },
  });
});

test("a given time holds for all, to the second", async () => {
  const { states, settled, waiting } = await run([question("GitHub", 720), question("host", 3)], 7);
  expect(states).toEqual(["missing", "missing"]);
  expect(settled).toEqual([
    ["GitHub", 7],
    ["host", 7],
  ]);
  expect(waiting).toMatchObject({ secondsLeft: 7 });
});

test("0 asks once", async () => {
  expect(await run([question("host", 180)], 0)).toEqual({
    states: ["missing"],
    settled: [["host", 0]],
    waiting: undefined,
  });
});
