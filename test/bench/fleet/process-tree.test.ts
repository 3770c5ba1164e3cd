import { expect, test } from "vitest";
import { parseRollup, parseStat, tree, treeUsage } from "../../../bench/fleet/process-tree.ts";

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

test("memory in bytes; a kernel that tells none counts as 0", () => {
  expect(parseRollup("Rss:  2048 kB\nPss:   1024 kB\nPss_Dirty: 4 kB\n")).toEqual({
    proportional: 1_048_576,
    resident: 2_097_152,
  });
  expect(parseRollup("")).toEqual({ proportional: 0, resident: 0 });
});

test("this process's own usage is plausible", () => {
  const { proportional, resident, processes, cpuSeconds } = treeUsage(process.pid);
  expect(processes).toBeGreaterThanOrEqual(1);
  expect(proportional).toBeGreaterThan(10_000_000);
  expect(resident).toBeGreaterThanOrEqual(proportional);
  expect(cpuSeconds).toBeGreaterThan(0);
});
