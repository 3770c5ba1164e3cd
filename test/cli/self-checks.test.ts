import { describe, expect, test } from "vitest";
import { selfChecksOf, selfUnknown } from "../../cli/verify/checks.ts";
import type { Sample } from "../../cli/verify/sink-queries.ts";
import { check, facts, sample, verdict } from "./support/verdicts.ts";

test("Alloy's own metrics are asked by instance: loki_write_* has the sink's address as host", () => {
  for (const { metrics } of selfChecksOf(facts)) {
    for (const query of metrics) expect(query).toContain('{job="alloy",instance="svlnas"');
  }
  expect(check("refused-lines").metrics).toEqual([
    'sum by (reason) ((loki_write_dropped_entries_total{job="alloy",instance="svlnas"} unless loki_write_dropped_entries_total{job="alloy",instance="svlnas"} offset 1h) or increase(loki_write_dropped_entries_total{job="alloy",instance="svlnas"}[1h]))',
  ]);
});

describe("journal reader", () => {
  test.each([
    ["lines", [[sample(900)], [sample(3600)]], "ok", 900],
    ["no line for an hour", [[sample(0)], [sample(3600)]], "missing", 0],
    ["no line right after a start", [[sample(0)], [sample(60)]], "ok", 0],
    ["no line, start unknown", [[sample(0)], []], "missing", 0],
    ["no such counter", [[], [sample(3600)]], "missing", 0],
    ["no such counter yet, right after a start", [[], [sample(60)]], "ok", 0],
  ] as const)("%s", (_, metrics, state, count) => {
    const found = verdict("journal-read", metrics as unknown as Sample[][]);
    expect(found).toMatchObject({ state, count });
  });
});

test("what the journal's reader read before a restart does not count", () => {
  const started = 'alloy_resources_process_start_time_seconds{job="alloy",instance="svlnas"}';
  expect(check("journal-read").metrics).toEqual([
    `max_over_time((loki_source_journal_target_lines_total{job="alloy",instance="svlnas"} and on () (${started} == scalar(${started} @ end())))[1h:1m])`,
    `time() - ${started}`,
  ]);
});

describe("losses", () => {
  test.each(["refused-lines", "too-old-lines", "refused-samples", "dropped-samples"])(
    "%s",
    (id) => {
      expect(verdict(id, [[]])).toMatchObject({ count: 0, state: "ok" });
      expect(verdict(id, [[sample(0)]])).toMatchObject({ count: 0, state: "ok" });
      expect(verdict(id, [[sample(0.4)]])).toMatchObject({ count: 1, state: "warning" });
    },
  );

  test("by reason, most first", () => {
    const found = [
      sample(3, { reason: "rate_limited" }),
      sample(0, { reason: "queue_is_full" }),
      sample(12.2, { reason: "ingester_error" }),
    ];
    expect(verdict("refused-lines", [found])).toMatchObject({
      count: 16,
      unit: "lines",
      detail: "in the last hour: ingester_error 13, rate_limited 3",
    });
  });

  test("the sink of retried batches has its own label", () => {
    expect(check("retried-batches").metrics[0]).toMatch(/^sum by \(sink\) /);
  });

  test("ten retries an hour are ordinary", () => {
    expect(verdict("retried-batches", [[sample(10)]]).state).toBe("ok");
    expect(verdict("retried-batches", [[sample(11)]]).state).toBe("warning");
  });
});

test("a queue more than three scrapes behind", () => {
  expect(verdict("sending-lag", [[]])).toMatchObject({ count: 0, state: "ok" });
  expect(verdict("sending-lag", [[sample(180)]])).toMatchObject({ count: 180, state: "ok" });
  const behind = verdict("sending-lag", [[sample(900)]]);
  expect(behind).toMatchObject({ count: 900, unit: "seconds", state: "warning" });
  expect(behind.advice).toContain("15 min behind");
});

test.each([
  [1853, undefined, "ok"],
  [2253, 1853, "ok"],
  [2254, 1853, "warning"],
  [6000, 5500, "ok"],
])("%d series in the write-ahead log after %s: %s", (now, before, state) => {
  const old = before === undefined ? [] : [sample(before)];
  expect(verdict("wal-series", [[sample(now)], old])).toMatchObject({ count: now, state });
});

test("components that are not healthy", () => {
  expect(verdict("components", [[]])).toEqual({ count: 0, unit: "components", state: "ok" });
  expect(verdict("components", [[sample(2, { health_type: "unhealthy" })]])).toMatchObject({
    count: 2,
    state: "warning",
    detail: "unhealthy 2",
  });
});

test("without Alloy's own metrics one row says so, and why", () => {
  expect(selfUnknown(facts)).toMatchObject({ state: "warning" });
  expect(selfUnknown(facts).advice).toContain("until Alloy's own metrics arrive");
  expect(selfUnknown({ ...facts, pipelines: ["host"] }).advice).toContain("add `self`");
});
