import { describe, expect, it } from "vitest";
import {
  bucketWidth,
  type CountedSeries,
  evaluate,
  ordered,
} from "../../../lab/stand-ins/grafana-cloud-logs/evaluate.ts";
import {
  type Lines,
  type Metric,
  parseQuery,
  parseSelector,
} from "../../../lab/stand-ins/grafana-cloud-logs/logql.ts";
import {
  countQuery,
  linesFilter,
  linesQuery,
} from "../../../lab/stand-ins/grafana-cloud-logs/logsql.ts";
import {
  instant,
  lineOrder,
  span,
  steps,
} from "../../../lab/stand-ins/grafana-cloud-logs/parameters.ts";

const at = (seconds: number) => BigInt(seconds) * 1_000_000_000n;
const lines = (query: string) => parseQuery(query) as Lines;
const metric = (query: string) => parseQuery(query) as Metric;

describe("lines in the words of the store", () => {
  it.each([
    ['{job="docker"}', '{"job"="docker"}'],
    [
      '{job="docker", host=~"a|b",x!="1",y!~"z.*"}',
      '{"job"="docker","host"=~"a|b","x"!="1","y"!~"z.*"}',
    ],
    ['{a="b"} |= "err[or] (1.5)"', '{"a"="b"} _msg:~"err\\\\[or\\\\] \\\\(1\\\\.5\\\\)"'],
    [
      '{a="b"} != "x" |~ `(?i)\\bfoo` !~ "bar"',
      '{"a"="b"} !_msg:~"x" _msg:~"(?-s)(?i)\\\\bfoo" !_msg:~"(?-s)bar"',
    ],
    ['{a="b"} |= "say \\"hi\\"\\n"', '{"a"="b"} _msg:~"say \\"hi\\"\\n"'],
  ])("%s", (query, expected) => {
    expect(linesFilter(lines(query))).toBe(expected);
  });

  it("newest or oldest first, from the start on and before the end", () => {
    const given = { start: at(1), end: 2_000_000_001n, backward: true, limit: 7 };
    expect(linesQuery(lines('{a="b"}'), given)).toBe(
      '{"a"="b"} _time:[1970-01-01T00:00:01.000000000Z, 1970-01-01T00:00:02.000000001Z) | sort by (_time desc) limit 7 | fields _time, _msg, "loki.labels"',
    );
    expect(linesQuery(lines('{a="b"}'), { ...given, backward: false })).toContain(
      "| sort by (_time) limit 7 |",
    );
  });

  it("counted after the start and up to the end, in buckets that end there", () => {
    const given = { after: at(0), upTo: at(62), width: at(5) };
    expect(countQuery(lines('{a="b"} |= "x"'), given)).toBe(
      '{"a"="b"} _msg:~"x" _time:(1970-01-01T00:00:00.000000000Z, 1970-01-01T00:01:02.000000000Z] | stats by (_time:5000000000ns offset 2999999999ns, "loki.labels") count_uniq_hash(_time, _msg) as lines',
    );
  });
});

describe("a query that is not LogQL is refused with the place", () => {
  it.each([
    ['{job="docker"', "parse error at line 1, col 14: syntax error: unexpected $end"],
    ["{job=docker}", "parse error at line 1, col 6: syntax error: unexpected docker}"],
    ['sum(rate({a="b"}[5m])', "parse error at line 1, col 22: syntax error: unexpected $end"],
    ["", "parse error at line 1, col 1: syntax error: unexpected $end"],
    ['{a=~"("}', "parse error : "],
    ['{a="b"} |~ "["', "parse error : "],
    ['{a=~".*"}', "parse error : queries require at least one regexp or equality matcher"],
    ['{a!="b"}', "parse error : queries require at least one regexp or equality matcher"],
    ['{a=""}', "parse error : queries require at least one regexp or equality matcher"],
  ])("%s", (query, sentence) => {
    expect(() => parseQuery(query)).toThrow(sentence);
  });
});

describe("a part of LogQL that is not covered is named", () => {
  it.each([
    ['{a="b"} | json', "| json"],
    ['{a="b"} | level="error"', '| level="error"'],
    ['{a="b"} |= "x" or "y"', '|= "x" or "y"'],
    ['{a="b"} |> "x<_>"', '|> "x<_>"'],
    ['{a="b"} |= ip("10.0.0.0/8")', '|= ip("10.0.0.0/8")'],
    ['rate({a="b"}[5m] offset 1h)', "offset 1h"],
    ['sum(rate({a="b"}[5m])) > 1', 'sum(rate({a="b"}[5m])) > 1'],
    ['bytes_rate({a="b"}[5m])', 'bytes_rate({a="b"}[5m])'],
    ['stddev(rate({a="b"}[5m]))', "stddev"],
    ["vector(1)", "vector(1)"],
    ['sum_over_time({a="b"} | unwrap x [5m])', 'sum_over_time({a="b"} | unwrap x [5m])'],
  ])("%s", (query, part) => {
    const sentence = `The stand-in of Grafana Cloud Logs does not cover this part of LogQL: ${part}`;
    expect(() => parseQuery(query)).toThrow(new Error(sentence));
  });
});

it("a selector has no filter", () => {
  expect(parseSelector('{a="b"}').matchers).toEqual([{ name: "a", operator: "=", value: "b" }]);
  for (const query of ['{a="b"} |= "x"', 'rate({a="b"}[5m])']) {
    expect(() => parseSelector(query)).toThrow("only label matchers are supported");
  }
});

describe("numbers", () => {
  const series: CountedSeries[] = [
    {
      labels: { c: "x", h: "1" },
      buckets: new Map([
        [at(10), 1],
        [at(20), 2],
        [at(30), 4],
      ]),
    },
    { labels: { c: "x", h: "2" }, buckets: new Map([[at(30), 8]]) },
    { labels: { c: "y", h: "1" }, buckets: new Map([[at(20), 5]]) },
  ];
  const answer = (query: string, seconds: number) =>
    ordered(metric(query), evaluate(metric(query), series, at(seconds))).map(
      ({ labels, value }) => [labels, value],
    );

  it("a window is open at its beginning and closed at its end", () => {
    const count = 'sum(count_over_time({c=~".+"}[20s]))';
    expect(answer(count, 30)).toEqual([[{}, 2 + 4 + 8 + 5]]);
    expect(answer(count, 29)).toEqual([[{}, 1 + 2 + 5]]);
    expect(answer(count, 9)).toEqual([]);
  });

  it.each([
    [
      "each series by itself",
      'rate({c=~".+"}[20s])',
      [
        [{ c: "x", h: "1" }, 6 / 20],
        [{ c: "x", h: "2" }, 8 / 20],
        [{ c: "y", h: "1" }, 5 / 20],
      ],
    ],
    [
      "by a label",
      'sum by (c) (count_over_time({c=~".+"}[20s]))',
      [
        [{ c: "x" }, 14],
        [{ c: "y" }, 5],
      ],
    ],
    [
      "the grouping behind",
      'sum(count_over_time({c=~".+"}[20s])) by (c, none)',
      [
        [{ c: "x" }, 14],
        [{ c: "y" }, 5],
      ],
    ],
    [
      "without a label",
      'max without (h) (count_over_time({c=~".+"}[20s]))',
      [
        [{ c: "x" }, 8],
        [{ c: "y" }, 5],
      ],
    ],
    ["min", 'min(count_over_time({c=~".+"}[20s]))', [[{}, 5]]],
    [
      "avg",
      'avg by (c) (count_over_time({c=~".+"}[20s]))',
      [
        [{ c: "x" }, 7],
        [{ c: "y" }, 5],
      ],
    ],
    ["count", 'count(count_over_time({c=~".+"}[20s]))', [[{}, 3]]],
    [
      "topk, the greatest first",
      'topk(2, count_over_time({c=~".+"}[20s]))',
      [
        [{ c: "x", h: "2" }, 8],
        [{ c: "x", h: "1" }, 6],
      ],
    ],
    [
      "bottomk of each group",
      'bottomk by (c) (1, sum by (c, h) (count_over_time({c=~".+"}[20s])))',
      [
        [{ c: "y", h: "1" }, 5],
        [{ c: "x", h: "1" }, 6],
      ],
    ],
  ])("%s", (_, query, expected) => {
    expect(answer(query, 30)).toEqual(expected);
  });

  it.each([
    [at(60), at(60), at(60)],
    [at(300), at(60), at(60)],
    [at(60), at(300), at(60)],
    [at(300), at(7), at(1)],
    [at(300), 0n, at(300)],
  ])("windows of %d every %d ns are made of buckets of %d", (range, step, width) => {
    expect(bucketWidth(range, step)).toBe(width);
  });
});

describe("parameters", () => {
  const given = (parameters: Record<string, string>) => new URLSearchParams(parameters);

  it.each([
    ["1790000000", 1_790_000_000_000_000_000n],
    ["1790000000.125", 1_790_000_000_125_000_000n],
    ["1790000000123456789", 1_790_000_000_123_456_789n],
    ["2026-09-21T14:13:20.000000001Z", 1_790_000_000_000_000_001n],
    ["2026-09-21T16:13:20+02:00", 1_790_000_000_000_000_000n],
  ])("time %s", (text, time) => {
    expect(instant(given({ time: text }))).toBe(time);
  });

  it("are the last hour, 100 lines, the newest first, 250 steps unless told", () => {
    const { start, end } = span(given({}));
    expect(end - start).toBe(at(3600));
    expect(Math.abs(Number(end / 1_000_000n) - Date.now())).toBeLessThan(1000);
    expect(lineOrder(given({}))).toEqual({ limit: 100, backward: true });
    expect(steps(given({ start: "10", end: "1010" })).step).toBe(at(4));
    expect(span(given({ end: "10000", since: "1h30m" }))).toEqual({
      start: at(4600),
      end: at(10_000),
    });
  });

  it("begin and end at multiples of the step", () => {
    const found = steps(given({ start: "107", end: "209", step: "30s" }));
    expect(found).toEqual({ start: at(90), end: at(180), step: at(30) });
    expect(steps(given({ start: "107", end: "107", step: "2.5" })).start).toBe(at(105));
  });

  it.each([
    [
      { limit: "5001" },
      "max entries limit per query exceeded, limit > max_entries_limit_per_query (5001 > 5000)",
    ],
    [{ limit: "0" }, "limit must be a positive value"],
    [{ direction: "up" }, "invalid direction 'up'"],
  ])("%j are refused", (parameters, sentence) => {
    expect(() => lineOrder(given(parameters))).toThrow(new Error(sentence));
  });

  it.each([
    [{ start: "20", end: "10" }, "end timestamp must not be before or equal to start time"],
    [
      { start: "0", end: "2602800" },
      "the query time range exceeds the limit (query length: 723h0m0s, limit: 30d1h)",
    ],
    [
      { start: "0", end: "11001", step: "1" },
      "exceeded maximum resolution of 11,000 points per time series. Try increasing the value of the step parameter",
    ],
    [
      { start: "0", end: "10", step: "0" },
      "zero or negative query resolution step widths are not accepted. Try a positive integer",
    ],
    [{ start: "yesterday" }, "could not parse 'start' parameter: yesterday"],
    [{ step: "soon" }, 'cannot parse "soon" to a valid duration'],
  ])("%j are refused", (parameters, sentence) => {
    expect(() => steps(given(parameters))).toThrow(new Error(sentence));
  });
});
