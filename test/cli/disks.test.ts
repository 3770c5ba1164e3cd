import { describe, expect, test } from "vitest";
import { checksOf } from "../../cli/verify/checks.ts";
import type { VerifyFacts } from "../../telemetry/facts.ts";
import { bareFacts } from "./support/facts.ts";
import { check, line, sample, verdict } from "./support/verdicts.ts";

describe("a full disk, told by Alloy's own log", () => {
  test("of the last ten minutes", () => {
    expect(check("disk-full").metrics).toEqual([]);
    expect(check("disk-full").logs).toEqual({
      queries: ['{host="svlnas",job="docker",container="alloy"} |= "no space left on device"'],
      seconds: 600,
    });
    expect(verdict("disk-full", [])).toEqual({ count: 0, unit: "lines", state: "ok" });
    expect(verdict("disk-full", [], [line({}), line({})])).toEqual({
      count: 2,
      unit: "lines",
      state: "full",
      advice:
        "The disk of the service's data directory on svlnas was full within the last 10 min: `df -h` there on the directory's `data`; no sample is stored until there is room; if the write-ahead log is damaged then, its own row says so.",
    });
  });

  const exclude = (containers: string[], composeServices: string[]): Partial<VerifyFacts> => ({
    logs: { ...bareFacts.logs, exclude: { containers, composeServices } },
  });
  test.each<[string, Partial<VerifyFacts>, boolean]>([
    ["container logs", {}, true],
    ["other containers excluded", exclude(["vaultwarden"], ["outline/alloy"]), true],
    ["no container logs", { pipelines: ["host"] }, false],
    ["its container excluded", exclude(["alloy"], []), false],
    ["its service excluded", exclude([], ["alloy"]), false],
    ["its service excluded with its project", exclude([], ["alloy/alloy"]), false],
  ])("%s", (_, more, made) => {
    const facts: VerifyFacts = { ...bareFacts, pipelines: ["containers"], ...more };
    const ids = checksOf(facts, new Date()).map(({ id }) => id);
    expect(ids.includes("disk-full")).toBe(made);
  });
});

test("a write-ahead log that can't be read, told by Alloy's own log", () => {
  expect(check("wal-damaged").logs).toEqual({
    queries: ['{host="svlnas",job="docker",container="alloy"} |= "error tailing WAL"'],
    seconds: 180,
  });
  expect(verdict("wal-damaged", [])).toEqual({ count: 0, unit: "lines", state: "ok" });
  expect(verdict("wal-damaged", [], [line({})])).toEqual({
    count: 1,
    unit: "lines",
    state: "missing",
    advice:
      "Alloy on svlnas can't read its write-ahead log, as after a full disk, and sends no sample: `docker restart alloy` there repairs it.",
  });
});

describe("file systems almost full", () => {
  const free = (mountpoint: string, share: number) => sample(share, { mountpoint });

  test("are asked by mount point, without what is read-only", () => {
    const labels = '{job="integrations/node_exporter",host="svlnas"}';
    expect(check("disk-space").metrics).toEqual([
      `min by (mountpoint) (node_filesystem_avail_bytes${labels} / node_filesystem_size_bytes${labels} and node_filesystem_readonly${labels} == 0)`,
    ]);
  });

  test("5 % free are enough", () => {
    const row = { count: 0, unit: "file systems", state: "ok" };
    expect(verdict("disk-space", [[free("/", 0.05), free("/mnt", 0.5)]])).toEqual(row);
    expect(verdict("disk-space", [[]])).toEqual(row);
  });

  test("less is a warning that names them, fullest first", () => {
    const found = [free("/", 0.031), free("/mnt", 0.5), free("/boot", 0.004)];
    expect(verdict("disk-space", [found])).toEqual({
      count: 2,
      unit: "file systems",
      state: "warning",
      advice:
        "Less than 5 % is free of /boot 0 %, / 3 %: make room there on svlnas. When the disk of the service's data directory is full, Alloy collects nothing.",
    });
  });

  test("of many, five are named", () => {
    const found = ["a", "b", "c", "d", "e", "f", "g"].map((name) => free(`/${name}`, 0.01));
    const { count, advice } = verdict("disk-space", [found]);
    expect(count).toBe(7);
    expect(advice).toContain("/a 1 %, /b 1 %, /c 1 %, /d 1 %, /e 1 % and 2 more: make room");
  });

  test("only where host metrics are collected", () => {
    const ids = checksOf({ ...bareFacts, pipelines: ["journal"] }, new Date()).map(({ id }) => id);
    expect(ids).not.toContain("disk-space");
  });
});
