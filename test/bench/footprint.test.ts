import { describe, expect, test } from "vitest";
import { footprintOf, mean, percentile } from "../../bench/footprint/footprint.ts";

/** A reading at `second`, with `cpu` seconds used so far. */
const reading = (second: number, cpu: number, memory: number) => ({
  usage: { time: second * 1000, cpuSeconds: cpu, workingSet: memory },
  resident: { total: memory + 10, anonymous: memory - 10 },
});

test("footprintOf sums up the readings", () => {
  const observed = {
    readings: [reading(0, 1, 100), reading(5, 1.25, 200), reading(10, 2, 300)],
    sent: { metricsBytes: 1000, logsBytes: 2000, logLines: 30 },
    seconds: 11,
    series: { alloy: 350, traefik: 146 },
  };
  expect(footprintOf(observed)).toEqual({
    seconds: 11,
    workingSetMean: 200,
    workingSetPeak: 300,
    residentMean: 210,
    residentPeak: 310,
    anonymousMean: 190,
    cpuMean: 10,
    cpuP95: 15,
    series: 496,
    metricsBytes: 1000,
    logsBytes: 2000,
    logLines: 30,
  });
});

test("one reading makes no footprint", () => {
  const sent = { metricsBytes: 0, logsBytes: 0, logLines: 0 };
  const observed = { readings: [reading(0, 0, 100)], sent, seconds: 1, series: {} };
  expect(() => footprintOf(observed)).toThrow("at least two readings");
});

test("mean", () => {
  expect(mean([1, 2, 6])).toBe(3);
});

describe("percentile", () => {
  test("is the nearest rank", () => {
    const values = Array.from({ length: 20 }, (_, i) => 20 - i);
    expect(percentile(values, 95)).toBe(19);
    expect(percentile(values, 100)).toBe(20);
    expect(percentile([7], 95)).toBe(7);
  });

  test("wants values", () => {
    expect(() => percentile([], 95)).toThrow("no percentile of no values");
  });
});
