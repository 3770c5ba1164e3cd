import { describe, expect, test } from "vitest";
import { check, line, sample, verdict } from "./support/verdicts.ts";

describe("label contract", () => {
  const right = { job: "integrations/node_exporter", instance: "svlnas" };

  test("asks for the journal of as long as it is read back", () => {
    expect(check("label-contract").logs).toEqual({
      queries: ['{host="svlnas",transport=~".+"}'],
      seconds: 43_200,
    });
  });

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
