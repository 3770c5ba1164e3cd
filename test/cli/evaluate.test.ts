import { expect, test } from "vitest";
import { evaluateSignal } from "../../cli/verify/evaluate.ts";
import { ageQuery, lastHour } from "../../telemetry/queries.ts";
import { signalsOf } from "../../telemetry/signals.ts";
import { factsOf } from "./support/facts.ts";

const [host, containers] = signalsOf(factsOf("svlnas"));
if (!host || !containers) throw new Error("svlnas has no signals");

const measured = (more: object) => ({ matches: 1, ageSeconds: 12, count: 309, ...more });

test("ok up to the freshness bound, stale beyond", () => {
  expect(evaluateSignal(host, measured({ ageSeconds: 180 }))).toEqual({
    signal: "host",
    title: "host metrics",
    query: host.query,
    ageSeconds: 180,
    count: 309,
    unit: "series",
    state: "ok",
  });
  const stale = evaluateSignal(host, measured({ ageSeconds: 181, matches: 0 }));
  expect(stale).toMatchObject({ state: "stale", ageSeconds: 181 });
  expect(stale.advice).toContain("The newest sample is 3 min old, 3 min are allowed. On svlnas");
});

test("missing without any sample; missing when it arrives with another value", () => {
  const none = evaluateSignal(host, { matches: 0, count: 0 });
  expect(none).toMatchObject({ state: "missing", advice: host.advice, count: 0 });
  expect(none.ageSeconds).toBeUndefined();
  const zero = evaluateSignal(host, measured({ matches: 0 }));
  expect(zero).toMatchObject({
    state: "missing",
    advice: `It arrives, but is not 1. ${host.advice}`,
  });
});

test("logs count lines; a clock that is ahead makes no negative age", () => {
  expect(evaluateSignal(containers, measured({ ageSeconds: -30 }))).toMatchObject({
    unit: "lines",
    ageSeconds: 0,
    state: "ok",
  });
  expect(evaluateSignal(containers, measured({ ageSeconds: 7200 })).advice).toContain(
    "The newest line is 2 h old, 10 min are allowed.",
  );
});

test("the age is asked by the sink's clock and beyond the 5 min of an instant query", () => {
  expect(ageQuery("up")).toBe(
    "time() - (max(timestamp(up)) or max(max_over_time(timestamp(up)[12h:1m])))",
  );
});

test("a counter that was born within the hour counts in full", () => {
  expect(lastHour("x")).toBe("((x unless x offset 1h) or increase(x[1h]))");
});
