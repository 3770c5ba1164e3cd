import { expect, test, vi } from "vitest";
import type { Progress } from "../../../cli/verify/progress.ts";
import type { Result } from "../../../cli/verify/result.ts";
import { type Question, settle } from "../../../cli/verify/settle.ts";

/** A question that is answered with `ok` from a second of the clock on. */
function question(title: string, waitSeconds: number, okFrom = Number.POSITIVE_INFINITY): Question {
  const row = { signal: title, title, query: "", count: 0, unit: "series" } as const;
  return {
    ...{ title, waitSeconds, again: true },
    ask: async (): Promise<Result> => ({
      ...row,
      state: Date.now() >= okFrom * 1000 ? "ok" : "missing",
    }),
    unasked: () => ({ ...row, state: "missing" }),
  };
}

const github = question("GitHub", 720, 655);

test.each<
  [what: string, Question[], timeout: number | undefined, settled: unknown[], left?: number]
>([
  [
    "each question has its own time; the longest one is shown",
    [github, question("host", 180)],
    undefined,
    [
      ["host", "missing", 180],
      ["GitHub", "ok", 655],
    ],
    720,
  ],
  [
    "a given time holds for all, to the second",
    [github, question("host", 3)],
    7,
    [
      ["GitHub", "missing", 7],
      ["host", "missing", 7],
    ],
    7,
  ],
  ["0 asks once", [question("host", 180)], 0, [["host", "missing", 0]]],
])("%s", async (_, questions, timeoutSeconds, settled, secondsLeft) => {
  vi.useFakeTimers({ now: 0, toFake: ["Date"] });
  const seen: Progress[] = [];
  const results = await settle(questions, {
    ...{ begin: 0, timeoutSeconds, pollSeconds: 5 },
    onProgress: (progress) => void seen.push(progress),
    sleep: async (milliseconds) => void vi.setSystemTime(Date.now() + milliseconds),
  }).finally(() => vi.useRealTimers());
  expect(results.map(({ title }) => title)).toEqual(questions.map(({ title }) => title));
  const ended = seen.flatMap((one) =>
    one.kind === "settled" ? [[one.result.title, one.result.state, one.seconds]] : [],
  );
  expect(ended).toEqual(settled);
  const [first] = seen.flatMap((one) => (one.kind === "waiting" ? [one.secondsLeft] : []));
  expect(first).toBe(secondsLeft);
});
