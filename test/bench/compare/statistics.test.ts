import { describe, expect, test } from "vitest";
import { collected, missedSamples, summary } from "../../../bench/compare/statistics.ts";

describe("summary", () => {
  test("is the middle and both ends, whatever the order", () => {
    expect(summary([9, 1, 10, 2, 3])).toEqual({ median: 3, min: 1, max: 10, count: 5 });
  });

  test("of an even number of values has the mean of the two middle ones", () => {
    expect(summary([4, 1, 3, 2]).median).toBe(2.5);
  });

  test("of nothing is a fault", () => {
    expect(() => summary([])).toThrow("There is no median of no values.");
  });
});

test("values of several runs are put together by name; a run without one adds none", () => {
  expect(collected([{ a: 1, b: 2 }, { a: 3 }])).toEqual({ a: [1, 3], b: [2] });
});

describe("missed samples", () => {
  test("are none while each comes about an interval after the last", () => {
    expect(missedSamples([10, 11.02, 11.98, 13], 1)).toBe(0);
  });

  test("are those that fit into the gaps", () => {
    expect(missedSamples([10, 11, 15.4, 16.4, 18.4], 1)).toBe(4);
    expect(missedSamples([0, 60, 240], 60)).toBe(2);
  });

  test("are not counted before the first and after the last", () => {
    expect(missedSamples([], 1)).toBe(0);
    expect(missedSamples([100], 1)).toBe(0);
  });

  test("are not negative where two come at once", () => {
    expect(missedSamples([10, 10.1, 11], 1)).toBe(0);
  });
});
