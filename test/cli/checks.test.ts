import { describe, expect, test } from "vitest";
import { checksOf, selfChecksOf, selfUnknown } from "../../cli/verify/checks.ts";
import type { LogLine, Sample } from "../../lab/sink-queries.ts";
import { factsOf } from "./support/facts.ts";

const facts = factsOf("svlnas");
const checks = [...checksOf(facts), ...checksOf(factsOf("svlazext")), ...selfChecksOf(facts)];
const check = (id: string) => {
  const found = checks.find((each) => each.id === id);
  if (!found) throw new Error(`no check ${id}`);
  return found;
};
const sample = (value: number, labels: Record<string, string> = {}): Sample => ({ labels, value });
const line = (labels: Record<string, string>): LogLine => ({ labels, time: 0n, line: "" });
const verdict = (id: string, metrics: Sample[][], logs: LogLine[] = []) =>
  check(id).evaluate({ metrics, logs });

test("Alloy's own metrics are asked by instance: loki_write_* has the sink's address as host", () => {
  for (const { metrics } of selfChecksOf(facts)) {
    for (const query of metrics) expect(query).toContain('{job="alloy",instance="svlnas"');
  }
  expect(check("refused-lines").metrics).toEqual([
    'sum by (reason) ((loki_write_dropped_entries_total{job="alloy",instance="svlnas"} unless loki_write_dropped_entries_total{job="alloy",instance="svlnas"} offset 1h) or increase(loki_write_dropped_entries_total{job="alloy",instance="svlnas"}[1h]))',
  ]);
});

describe("label contract", () => {
  const right = { job: "integrations/node_exporter", instance: "svlnas" };

  test("ok when metrics and journal have the same job and instance", () => {
    expect(verdict("label-contract", [[sample(1, right)]], [line(right), line(right)])).toEqual({
      count: 2,
      unit: "series",
      state: "ok",
      detail: 'both have job="integrations/node_exporter", instance="svlnas"',
    });
  });

  test("another instance on the journal shows, beside a right one too", () => {
    const wrong = { ...right, instance: "svlnas:12345" };
    expect(
      verdict("label-contract", [[sample(1, right)]], [line(right), line(wrong)]),
    ).toMatchObject({
      state: "warning",
      detail: 'journal: job="integrations/node_exporter", instance="svlnas:12345"',
    });
  });

  test("a label that is not there, and a side that is empty, show", () => {
    expect(verdict("label-contract", [[sample(1, { instance: "svlnas" })]]).detail).toBe(
      'metrics: job="", instance="svlnas"; journal: nothing to compare',
    );
  });
});

describe("series budget", () => {
  const series = (host: string, job: string, value: number, instance = host) =>
    sample(value, { host, instance, job });

  test("shares of the host by job, most first; its own loki_write_* by instance", () => {
    const found = [
      series("svlnas", "alloy", 300),
      series("logs.example.net", "alloy", 20, "svlnas"),
      series("svlnas", "postgres_immich", 613, "immich-db"),
      series("svlazext", "alloy", 300),
    ];
    expect(verdict("series-budget", [found])).toEqual({
      count: 933,
      unit: "series",
      state: "ok",
      detail: "all hosts 1,233 of 10,000 (12 %), postgres_immich 613 (66 %), alloy 320 (34 %)",
    });
  });

  test.each([
    [8000, "ok"],
    [8001, "warning"],
  ])("%d series of all hosts: %s", (all, state) => {
    const found = [series("svlnas", "traefik", 1000), series("other", "traefik", all - 1000)];
    expect(verdict("series-budget", [found])).toMatchObject({ count: 1000, state });
  });

  test.each([
    ["postgres_immich", "pipelines/postgres.alloy"],
    ["traefik", "addRoutersLabels"],
    ["something", "its largest metric"],
  ])("says what of %s to cut", (job, text) => {
    expect(verdict("series-budget", [[series("svlnas", job, 9000)]]).advice).toContain(text);
  });

  test("a host without series", () => {
    const { count, detail } = verdict("series-budget", [[]]);
    expect({ count, detail }).toEqual({ count: 0, detail: "all hosts 0 of 10,000 (0 %)" });
  });
});

test("GitHub from a host that must not poll", () => {
  expect(verdict("github-silent", [[]])).toEqual({ count: 0, unit: "series", state: "ok" });
  expect(verdict("github-silent", [[sample(1)]])).toMatchObject({ count: 1, state: "warning" });
});

describe("journal reader", () => {
  test.each([
    ["lines", [[sample(900)], [sample(3600)]], "ok", 900],
    ["no line for an hour", [[sample(0)], [sample(3600)]], "missing", 0],
    ["no line right after a start", [[sample(0)], [sample(60)]], "ok", 0],
    ["no line, start unknown", [[sample(0)], []], "missing", 0],
    ["no such counter", [[], [sample(3600)]], "missing", 0],
  ] as const)("%s", (_, metrics, state, count) => {
    const found = verdict("journal-read", metrics as unknown as Sample[][]);
    expect(found).toMatchObject({ state, count });
  });
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
