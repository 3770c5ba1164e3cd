import { expect, test } from "vitest";
import { readOptions } from "../../bench/options.ts";

const of = (line: string) => readOptions(line.split(" "));

test.each([
  ["compare", { docs: false, runs: 5 }],
  ["compare --runs 12 --json out.json --docs", { docs: true, json: "out.json", runs: 12 }],
  ["footprint", { docs: false, minutes: 15, containers: 30, "warm-up": 2 }],
  ["footprint --warm-up 0", { docs: false, minutes: 15, containers: 30, "warm-up": 0 }],
  ["soak --minutes 5", { docs: false, minutes: 5 }],
  ["fleet", { docs: false, hosts: [5, 10, 25, 50], parallel: [1, 4, 8], delay: 50 }],
  ["fleet --hosts 6 --parallel 1,2", { docs: false, hosts: [6], parallel: [1, 2], delay: 50 }],
])("%s", (line, options) => {
  expect(of(line)).toEqual({ benchmark: line.split(" ")[0], options });
});

test.each(["", "speed", "fleet --help", "compare -h"])("help instead of %j", (line) => {
  expect(of(line)).toBeUndefined();
});

test.each([
  ["compare --runs 0", "at runs"],
  ["compare --runs many", "at runs"],
  ["footprint --minutes 1.5", "at minutes"],
  ["footprint --containers 100", "at containers"],
  ["fleet --hosts 5,many", "at hosts[1]"],
  ["footprint --runs 1", "Unknown option '--runs'"],
])("refuses %s", (line, message) => {
  expect(() => of(line)).toThrow(message);
});
