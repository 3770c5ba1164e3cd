import { expect, test } from "vitest";
import { rows } from "../../bench/fleet/fleet.ts";
import { bytesOf, parseStat, tree, treeUsage } from "../../bench/proc.ts";

test("ratios are against the fleet's", () => {
  const measured = (seconds: number, megabytes: number) => ({
    seconds,
    peak: {
      proportional: megabytes * 1e6,
      resident: megabytes * 2e6,
      processes: 6,
      cpuSeconds: 2 * seconds,
    },
  });
  const cell = { hosts: 5, parallel: 4, fleet: measured(10, 600), cli: measured(20, 1500) };
  const { cli: _, ...alone } = cell;
  expect(rows([cell, alone]).slice(1)).toEqual([
    ["npm run fleet", "5", "4", "10", "4.0", "1.00", "600", "1.00", "1,200", "6"],
    ["the CLI, a process a host", "5", "4", "20", "8.0", "2.00", "1,500", "2.50", "3,000", "6"],
    ["npm run fleet", "5", "4", "10", "4.0", "1.00", "600", "1.00", "1,200", "6"],
  ]);
});

test("a process's parent and CPU time, whatever its name holds", () => {
  const numbers = "S 41 42 42 0 -1 4194560 1 2 3 4 150 50 25 75 20 0 11 0";
  expect(parseStat(`42 (node) (x) ${numbers}`)).toEqual({ pid: 42, parent: 41, cpuSeconds: 3 });
});

test("a tree: the root and all below it, no sibling", () => {
  const process = (pid: number, parent: number) => ({ pid, parent, cpuSeconds: 0 });
  const processes = [process(1, 0), process(5, 1), process(6, 5), process(7, 1), process(8, 6)];
  expect(tree(5, processes).map(({ pid }) => pid)).toEqual([5, 6, 8]);
  expect(tree(9, processes)).toEqual([]);
});

test("memory in bytes", () => {
  expect(bytesOf("Rss:  2048 kB\nPss:   1024 kB\nPss_Dirty: 4 kB\n", "Pss")).toBe(1_048_576);
  expect(() => bytesOf("Name:\tkthreadd\n", "VmRSS")).toThrow("/proc has no VmRSS");
});

test("this process's own usage is plausible", () => {
  const { proportional, resident, processes, cpuSeconds } = treeUsage(process.pid);
  expect(processes).toBeGreaterThanOrEqual(1);
  expect(proportional).toBeGreaterThan(10_000_000);
  expect(resident).toBeGreaterThanOrEqual(proportional);
  expect(cpuSeconds).toBeGreaterThan(0);
});
