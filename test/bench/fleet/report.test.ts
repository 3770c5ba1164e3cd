import { expect, test } from "vitest";
import type { Measured } from "../../../bench/fleet/measure.ts";
import { readOptions } from "../../../bench/fleet/options.ts";
import { gridReport, proofReport, waysReport } from "../../../bench/fleet/report.ts";

const measured = (seconds: number, megabytes: number): Measured => ({
  seconds,
  exitCode: 0,
  stdout: "",
  peak: {
    proportional: megabytes * 1e6,
    resident: 2 * megabytes * 1e6,
    processes: 6,
    cpuSeconds: 2 * seconds,
  },
});

test("the ways: ratios against the first", () => {
  const report = waysReport([
    { label: "workers", measured: measured(10, 600), failing: 1 },
    { label: "one process", measured: measured(15, 300), failing: 4 },
  ]);
  expect(report).toMatch(/^workers +10\.0 +20\.0 +1\.00 +600 +1,200 +6 +1\.00 +1 of 12$/m);
  expect(report).toMatch(/^one process +15\.0 +30\.0 +1\.50 +300 +600 +6 +0\.50 +4 of 12$/m);
});

test("the grid: speed-up against the least at a time, what a host at a time adds to memory", () => {
  const report = gridReport([
    { hosts: 5, parallel: 1, measured: measured(20, 230) },
    { hosts: 5, parallel: 4, measured: measured(10, 680) },
    { hosts: 10, parallel: 4, measured: measured(20, 700) },
  ]);
  expect(report).toMatch(/^5 +1 +20\.0 +1\.00 +8\.0 +230 +460 +6 +46 +-$/m);
  expect(report).toMatch(/^5 +4 +10\.0 +2\.00 +4\.0 +680 +1,360 +6 +136 +150$/m);
  // Nothing with fewer at a time to compare with.
  expect(report).toMatch(/^10 +4 +20\.0 +1\.00 +4\.0 +700 +1,400 +6 +70 +-$/m);
});

test("the proof: the table, then exit codes and times", () => {
  const first = { ...measured(90, 700), exitCode: 1 };
  expect(proofReport({ table: "47 ok, 3 failed", first, resumed: measured(8, 500) })).toBe(
    "47 ok, 3 failed\n\n50 hosts, 3 failing: exit code 1 after 90 s; mended and resumed, the 3 alone: exit code 0 after 8 s\n",
  );
});

test("options: defaults, lists, and what is refused", () => {
  expect(readOptions([])).toEqual({
    hosts: [5, 10, 25, 50],
    parallel: [1, 4, 8],
    delay: 50,
    parts: ["proof", "ways", "grid"],
  });
  expect(readOptions(["--parts", "grid", "--hosts", "5, 6"])).toMatchObject({
    hosts: [5, 6],
    parts: ["grid"],
  });
  expect(readOptions(["--help"])).toBeUndefined();
  expect(() => readOptions(["--hosts", "5,many"])).toThrow(
    '--hosts must be whole numbers from 1 to 500, not "many"',
  );
  expect(() => readOptions(["--parts", "speed"])).toThrow("speed is none of proof, ways, grid");
});
