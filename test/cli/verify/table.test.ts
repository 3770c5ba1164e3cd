import { expect, test } from "vitest";
import { failed, type Result, toJson } from "../../../cli/verify/result.ts";
import { table } from "../../../cli/verify/table.ts";

const results: Result[] = [
  {
    signal: "self",
    title: "Alloy itself",
    query: 'up{job="alloy",host="svlnas"} == 1',
    ageSeconds: 12.4,
    count: 471,
    unit: "series",
    state: "ok",
  },
  {
    signal: "containers",
    title: "container logs",
    query: '{host="svlnas",job="docker"}',
    ageSeconds: 7300,
    count: 0,
    unit: "lines",
    state: "stale",
    advice: "The newest line is 2 h old, 10 min are allowed. Look at `docker logs alloy`.",
  },
  {
    signal: "journal",
    title: "systemd journal",
    query: '{host="svlnas",job="integrations/node_exporter"}',
    count: 0,
    unit: "lines",
    state: "missing",
    advice: "The newest line is 2 h old, 10 min are allowed. Look at `docker logs alloy`.",
  },
  {
    signal: "series-budget",
    title: "active series",
    query: "count by (host, instance, job) (…)",
    count: 8123,
    unit: "series",
    state: "warning",
    detail: "all hosts 8,123 of 10,000 (81 %)",
    advice: "Cut something.",
  },
];

test("queries are cut, what is wrong stands below its row, nothing is wider than the terminal", () => {
  const text = table(results, { width: 72, colour: false });
  expect(text).toMatchInlineSnapshot(`
    "signal           query                       age   found         state
    Alloy itself     up{job="alloy",host="svln…  12 s  471 series    ok
    container logs   {host="svlnas",job="docke…  2 h   0 lines       stale
        The newest line is 2 h old, 10 min are allowed. Look at \`docker logs
        alloy\`.
    systemd journal  {host="svlnas",job="integ…        0 lines       missing
        As for container logs.
    active series    count by (host, instance,…        8,123 series  warning
        all hosts 8,123 of 10,000 (81 %)
        Cut something.

    1 ok, 1 to check, 1 missing, 1 stale
    "
  `);
  for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(72);
});

test("each failing state is counted by its name, and red", () => {
  const states = ["full", "expired", "unwanted", "stale", "missing", "missing"] as const;
  const rows = states.map((state): Result => ({ ...results[0], state }) as Result);
  expect(table(rows, { width: 80, colour: false }).trimEnd()).toMatch(
    /\n0 ok, 2 missing, 1 stale, 1 unwanted, 1 expired, 1 full$/,
  );
  expect(rows.every(failed)).toBe(true);
  for (const state of states) {
    const coloured = table(rows, { width: 80, colour: true });
    expect(coloured).toContain(`\u001b[31m${state}\u001b[39m`);
  }
});

test("JSON has every key in every row", () => {
  const rows = JSON.parse(toJson(results));
  const keys = "signal title query ageSeconds count unit state detail advice".split(" ");
  expect(rows.map(Object.keys)).toEqual(results.map(() => keys));
  expect(rows[0]).toEqual({ ...results[0], detail: null, advice: null });
  expect(rows[2].ageSeconds).toBeNull();
});
