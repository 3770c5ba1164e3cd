import { describe, expect, test } from "vitest";
import { cpuPercent, type DockerStats, usageOf } from "../../bench/footprint/container-stats.ts";

const stats = (memory: DockerStats["memory_stats"], nanoseconds = 1_500_000_000): DockerStats => ({
  read: "2026-01-02T03:04:05.123456789Z",
  memory_stats: memory,
  cpu_stats: { cpu_usage: { total_usage: nanoseconds } },
});

describe("usageOf", () => {
  test("reads cgroup v1", () => {
    const memory = { usage: 33_517_568, stats: { total_inactive_file: 241_664, inactive_file: 1 } };
    expect(usageOf("a", stats(memory))).toEqual({
      time: Date.UTC(2026, 0, 2, 3, 4, 5, 123),
      workingSet: 33_275_904,
      cpuSeconds: 1.5,
    });
  });

  test("reads cgroup v2", () => {
    const memory = { usage: 2_000, stats: { inactive_file: 500 } };
    expect(usageOf("a", stats(memory)).workingSet).toBe(1_500);
  });

  test("names a container that doesn't run", () => {
    expect(() => usageOf("bench-document", stats({}))).toThrow(
      "Docker tells no memory of container bench-document: does it run?",
    );
  });
});

describe("cpuPercent", () => {
  const at = (time: number, cpuSeconds: number) => ({ time, cpuSeconds, workingSet: 0 });

  test("is of one core", () => {
    expect(cpuPercent(at(0, 10), at(5_000, 10.1))).toBeCloseTo(2, 10);
    expect(cpuPercent(at(0, 0), at(5_000, 10))).toBe(200);
  });

  test("wants time between the readings", () => {
    expect(() => cpuPercent(at(1, 0), at(1, 1))).toThrow("CPU needs two readings");
  });
});
