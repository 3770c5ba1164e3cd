import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { announced } from "../../../cli/shared/progress.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("what is done is said at once, every 15 s, and not after its end", async () => {
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  const work = announced(say, "looking at svlnas", async () => {
    await vi.advanceTimersByTimeAsync(31_000);
    return "seen";
  });
  expect(await work).toBe("seen");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(said).toEqual([
    "looking at svlnas",
    "looking at svlnas (15 s so far)",
    "looking at svlnas (30 s so far)",
  ]);
});
