import { describe, expect, test } from "vitest";
import { seriesOf, seriesQuery, seriesTotal } from "../../bench/footprint/series.ts";
import type { Sample } from "../../cli/verify/sink-queries.ts";

const found: Sample[] = [
  { labels: { host: "local", job: "alloy", instance: "local" }, value: 300 },
  { labels: { host: "sink", job: "alloy", instance: "local" }, value: 50 },
  { labels: { host: "local", job: "traefik", instance: "a" }, value: 146 },
  { labels: { host: "document", job: "alloy", instance: "b" }, value: 700 },
  { labels: { host: "document" }, value: 2 },
];

test("seriesOf counts by job what has the host as `host` or `instance`", () => {
  expect(seriesOf("local", found)).toEqual({ alloy: 350, traefik: 146 });
  expect(seriesOf("document", found)).toEqual({ alloy: 700, "": 2 });
  expect(seriesOf("other", found)).toEqual({});
});

test("seriesTotal adds up", () => {
  expect(seriesTotal({ alloy: 350, traefik: 146 })).toBe(496);
  expect(seriesTotal({})).toBe(0);
});

describe("seriesQuery", () => {
  test("looks back over the run", () => {
    expect(seriesQuery(179.2)).toBe(
      'count by (host, instance, job) (last_over_time({job=~".+"}[180s]))',
    );
  });

  test("looks back 20 min at most", () => {
    expect(seriesQuery(7200)).toContain("[1200s]");
  });
});
