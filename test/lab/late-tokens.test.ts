import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LateTokens } from "../../lab/world/cloud-tokens.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const changed = vi.fn();
function lateTokens(seconds?: number): LateTokens {
  changed.mockReset();
  const late = new LateTokens(changed);
  if (seconds !== undefined) late.seconds = seconds;
  return late;
}

test("unless it is told, a new token is known at once", () => {
  const late = lateTokens();
  late.add("one");
  expect(late.has("one")).toBe(false);
});

test("each token is known so many seconds after it was made, and its followers are told", () => {
  const late = lateTokens(600);
  late.add("write");
  vi.advanceTimersByTime(300_000);
  late.add("read");
  vi.advanceTimersByTime(299_999);
  expect([late.has("write"), late.has("read")]).toEqual([true, true]);
  expect(changed).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect([late.has("write"), late.has("read")]).toEqual([false, true]);
  vi.advanceTimersByTime(300_000);
  expect(late.has("read")).toBe(false);
  expect(changed).toHaveBeenCalledTimes(2);
});

test("with no end, they are known when another time is set", () => {
  const late = lateTokens(Number.POSITIVE_INFINITY);
  late.add("one");
  vi.advanceTimersByTime(86_400_000);
  expect(late.has("one")).toBe(true);
  late.seconds = 0;
  expect(late.has("one")).toBe(false);
});

test("a lab that closes hears of none any more", () => {
  const late = lateTokens(45);
  late.add("one");
  late.stop();
  vi.advanceTimersByTime(60_000);
  expect(changed).not.toHaveBeenCalled();
});
