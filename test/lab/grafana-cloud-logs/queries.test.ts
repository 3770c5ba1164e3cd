import { describe, expect, test } from "vitest";
import { parseQuery } from "../../../lab/stand-ins/grafana-cloud-logs/logql.ts";
import { instant, newest, steps } from "../../../lab/stand-ins/grafana-cloud-logs/parameters.ts";
import { bucketWidth } from "../../../lab/stand-ins/grafana-cloud-logs/queries.ts";

/** What the answers are: test/pipelines/cloud-logs.test.ts, with the real store. */

test.each([
  ['{job="docker"', "parse error at col 14: syntax error: unexpected $end"],
  ["{job=docker}", "parse error at col 6: syntax error: unexpected docker}"],
  ["", "parse error at col 1: syntax error: unexpected $end"],
  ['{a=~"("}', "parse error : "],
  ['{a="b"} |~ "["', "parse error : "],
  ...['{a=~".*"}', '{a!="b"}', '{a=""}'].map((query): [string, string] => [
    query,
    "parse error : queries require at least one regexp or equality matcher",
  ]),
])("%s is no LogQL", (query, sentence) => {
  expect(() => parseQuery(query)).toThrow(sentence);
});

test.each([
  ['{a="b"} | json', "| json"],
  ['{a="b"} | level="error"', '| level="error"'],
  ['{a="b"} |= "x" or "y"', '|= "x" or "y"'],
  ['{a="b"} |> "x<_>"', '|> "x<_>"'],
  ['{a="b"} |= ip("10.0.0.0/8")', '|= ip("10.0.0.0/8")'],
  ['rate({a="b"}[5m] offset 1h)', "offset 1h"],
  ['sum(rate({a="b"}[5m])) > 1', 'sum(rate({a="b"}[5m])) > 1'],
  ['bytes_rate({a="b"}[5m])', 'bytes_rate({a="b"}[5m])'],
  ['max(rate({a="b"}[5m]))', 'max(rate({a="b"}[5m]))'],
  ['sum without (a) (rate({a="b"}[5m]))', 'sum without (a) (rate({a="b"}[5m]))'],
  ["vector(1)", "vector(1)"],
  ['sum_over_time({a="b"} | unwrap x [5m])', 'sum_over_time({a="b"} | unwrap x [5m])'],
])("%s is not covered, and the part is named", (query, part) => {
  const sentence = `The stand-in of Grafana Cloud Logs does not cover this part of LogQL: ${part}`;
  expect(() => parseQuery(query)).toThrow(new Error(sentence));
});

test.each([
  [60n, 60n, 60n],
  [300n, 60n, 60n],
  [60n, 300n, 60n],
  [300n, 7n, 1n],
  [300n, 0n, 300n],
])("windows of %d every %d ns are made of buckets of %d", (range, step, width) => {
  expect(bucketWidth(range, step)).toBe(width);
});

describe("parameters", () => {
  const given = (parameters: Record<string, string>) => new URLSearchParams(parameters);
  const at = (seconds: number) => BigInt(seconds) * 1_000_000_000n;

  test.each([
    ["1790000000", 1_790_000_000_000_000_000n],
    ["1790000000.125", 1_790_000_000_125_000_000n],
    ["1790000000123456789", 1_790_000_000_123_456_789n],
  ])("time %s", (text, time) => {
    expect(instant(given({ time: text }))).toBe(time);
  });

  test("are the last hour and 100 lines unless told", () => {
    const { start, end, limit } = newest(given({}));
    expect([end - start, limit]).toEqual([at(3600), 100]);
    expect(Math.abs(Number(end / 1_000_000n) - Date.now())).toBeLessThan(1000);
  });

  test.each([
    [
      { start: "107", end: "209", step: "30s" },
      { start: at(90), end: at(180), step: at(30) },
    ],
    [
      { start: "107", end: "109", step: "5" },
      { start: at(105), end: at(105), step: at(5) },
    ],
  ])("%j begin and end at multiples of the step", (parameters, expected) => {
    expect(steps(given(parameters))).toEqual(expected);
  });

  test.each([
    [{ start: "20", end: "10" }, "end timestamp must not be before or equal to start time"],
    [
      { start: "0", end: "2602800" },
      "the query time range exceeds the limit (query length: 723h0m0s, limit: 30d1h)",
    ],
    [
      { start: "0", end: "11001", step: "1" },
      "exceeded maximum resolution of 11,000 points per time series. Try increasing the value of the step parameter",
    ],
    [{ step: "0" }, 'cannot parse "0" to a valid duration'],
    [{ step: "soon" }, 'cannot parse "soon" to a valid duration'],
    [{ start: "yesterday" }, "could not parse 'start' parameter: yesterday"],
  ])("%j are refused", (parameters, sentence) => {
    expect(() => steps(given(parameters))).toThrow(new Error(sentence));
  });
});
