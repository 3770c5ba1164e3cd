import { expect, test } from "vitest";
import { evaluateSignal, type Measured } from "../../../cli/verify/evaluate.ts";
import type { Result } from "../../../cli/verify/result.ts";
import { ageQuery, lastHour } from "../../../telemetry/queries.ts";
import { type Signal, signalsOf } from "../../../telemetry/signals.ts";
import { factsOf } from "../support/facts.ts";

const [host, containers] = signalsOf(factsOf("svlnas")) as [Signal, Signal];

test.each<[what: string, Signal, Partial<Measured>, Partial<Result>]>([
  ["as old as is allowed", host, { ageSeconds: 180 }, { state: "ok" }],
  [
    "older",
    host,
    { ageSeconds: 181, matches: 0 },
    {
      state: "stale",
      advice: `The newest sample is 3 min old, 3 min are allowed. ${host.advice}`,
    },
  ],
  [
    "no sample",
    host,
    { matches: 0, ageSeconds: undefined, count: 0 },
    { state: "missing", advice: host.advice },
  ],
  [
    "another value",
    host,
    { matches: 0 },
    { state: "missing", advice: `It arrives, but its value is not 1. ${host.advice}` },
  ],
  ["a clock that is ahead", containers, { ageSeconds: -30 }, { state: "ok", ageSeconds: 0 }],
  [
    "old lines",
    containers,
    { ageSeconds: 7200 },
    {
      state: "stale",
      advice: `The newest line is 2 h old, 10 min are allowed. ${containers.advice}`,
    },
  ],
])("%s", (_, signal, more, row) => {
  const measured = { matches: 1, ageSeconds: 12, count: 309, ...more };
  expect(evaluateSignal(signal, measured)).toEqual({
    signal: signal.id,
    title: signal.title,
    query: signal.query,
    ageSeconds: measured.ageSeconds,
    count: measured.count,
    unit: signal === host ? "series" : "lines",
    ...row,
  });
});

test("the age is asked by the sink's clock and beyond the 5 min of an instant query", () => {
  expect(ageQuery("up")).toBe(
    "time() - (max(timestamp(up)) or max(max_over_time(timestamp(up)[12h:1m])))",
  );
});

test("a counter that was born within the hour counts in full", () => {
  expect(lastHour("x")).toBe("((x unless x offset 1h) or increase(x[1h]))");
});
