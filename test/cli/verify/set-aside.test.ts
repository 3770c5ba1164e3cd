import { expect, test } from "vitest";
import { stateSetAside } from "../../../cli/verify/checks/set-aside.ts";

const check = stateSetAside("svlnas");
const judge = (...paths: string[]) => {
  const found = paths.map((path) => ({ labels: { path }, value: 1 }));
  return check.judge({ metrics: [found], logs: [], lineCounts: [] });
};

test("asks for what was put aside within a day", () => {
  expect(check.metrics).toEqual([
    '(time() - max by (host, path) (host_alloy_state_set_aside_timestamp_seconds{job="integrations/node_exporter",host="svlnas"})) / 3600 < 24',
  ]);
});

test("nothing was put aside", () => {
  expect(judge()).toEqual({ count: 0 });
});

test.each([
  ["data/a/wal", "Samples that waited in it are lost."],
  [
    "data/b/positions.yml",
    "Lines that were sent before and are still at their source arrive twice.",
  ],
])("says what it means for %s", (path, meaning) => {
  expect(judge(path)).toEqual({
    count: 1,
    state: "warning",
    advice: `Alloy on svlnas could not read ${path}. The update kept the damaged file beside the new one. ${meaning}`,
  });
});

test("names all, and each meaning once", () => {
  const { advice } = judge("data/b/wal", "data/a/wal");
  expect(advice).toMatch(/read data\/a\/wal, data\/b\/wal\. .+ are lost\.$/);
  expect(advice).not.toMatch(/lost.+lost/);
});
