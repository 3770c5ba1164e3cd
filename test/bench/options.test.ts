import { expect, test } from "vitest";
import { readOptions } from "../../bench/footprint/options.ts";

test("without arguments: 15 minutes, 30 containers, 2 minutes of warm-up", () => {
  expect(readOptions([])).toEqual({ minutes: 15, containers: 30, warmUp: 2 });
});

test("takes every argument", () => {
  const args = "--minutes 1 --containers 5 --warm-up 0 --json out.json".split(" ");
  expect(readOptions(args)).toEqual({ minutes: 1, containers: 5, warmUp: 0, json: "out.json" });
});

test("--help has no options", () => {
  expect(readOptions(["--help"])).toBeUndefined();
});

test.each([
  ["--minutes", "0", '--minutes must be a whole number from 1 to 1440, not "0"'],
  ["--minutes", "1.5", '--minutes must be a whole number from 1 to 1440, not "1.5"'],
  ["--containers", "100", '--containers must be a whole number from 0 to 99, not "100"'],
  ["--warm-up", "", '--warm-up must be a whole number from 0 to 60, not ""'],
  ["--hours", "1", "Unknown option '--hours'"],
])("refuses %s %s", (name, value, message) => {
  expect(() => readOptions([name, value])).toThrow(message);
});
