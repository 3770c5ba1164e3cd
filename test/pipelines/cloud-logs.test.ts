import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa, type ResultPromise } from "execa";
import { compress } from "snappyjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { queryLogs, queryMetrics } from "../../cli/verify/sink-queries.ts";
import { freePort } from "../../lab/ports.ts";
import { until } from "../../lab/processes.ts";
import { program } from "../../lab/programs.ts";
import { serveCloudLogs } from "../../lab/stand-ins/grafana-cloud-logs/server.ts";
import { VICTORIA_LOGS_FLAGS } from "../../lab/world/sinks.ts";

/** The stand-in of Grafana Cloud Logs over the real store: what is asked is answered as Loki would. */
let server: Awaited<ReturnType<typeof serveCloudLogs>>;
let store: ResultPromise;
let storeUrl: string;
let data: string;

/** A whole minute, so that the steps of a query and the lines are easily told apart. */
const BASE = Math.floor(Date.now() / 60_000) * 60 - 1800;
const ns = (seconds: number, more = 0) => `${BASE + seconds}${`${more}`.padStart(9, "0")}`;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "victoria-logs-"));
  const port = await freePort(29_428);
  const flags = VICTORIA_LOGS_FLAGS.map((flag) =>
    flag.replace("=/victoria-logs-data", `=${join(data, "store")}`),
  );
  const address = `-httpListenAddr=127.0.0.1:${port}`;
  store = execa(await program("victoria-logs"), [...flags, address], { reject: false });
  storeUrl = `http://127.0.0.1:${port}`;
  server = await serveCloudLogs(storeUrl);
  const ready = () => fetch(`${server.url}/ready`).then(({ ok }) => ok);
  expect(await until(ready, 30)).toBe(true);
});

afterAll(async () => {
  await server?.close();
  store?.kill();
  await store;
  await rm(data, { recursive: true });
});

type Values = [time: string, line: string][];
type Stream = [labels: Record<string, string>, values: Values];

async function push(streams: Stream[], url = server.url) {
  const body = { streams: streams.map(([stream, values]) => ({ stream, values })) };
  const answer = await fetch(`${url}/loki/api/v1/push`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Basic ${btoa("200002:x")}` },
    body: JSON.stringify(body),
  });
  return { status: answer.status, text: await answer.text() };
}

async function ask(path: string, parameters: Record<string, string>) {
  const query = new URLSearchParams(parameters);
  const answer = await fetch(`${server.url}/loki/api/v1/${path}?${query}`);
  const text = await answer.text();
  return answer.ok ? JSON.parse(text).data : { status: answer.status, text };
}

const range = (query: string, more: Record<string, string> = {}) =>
  ask("query_range", { query, start: ns(0), end: ns(3600), ...more });

const service = (labels: Record<string, string>) => ({
  ...labels,
  service_name: labels.container ?? labels.job ?? "",
});

describe("lines", () => {
  const one = { job: "docker", host: "lines", container: "one" };
  const two = { job: "docker", host: "lines", container: "two" };
  const odd = { job: "docker", host: "lines", container: "odd", note: 'a "b", {c="d"}\n' };
  const ofOne: Values = [
    [ns(40), "two\nlines error"],
    [ns(30), ""],
    [ns(20, 1), '{"level":"warn","message":"json"}'],
    [ns(20), "xERRORx [a.b] (c)"],
    [ns(10), "first error here"],
  ];
  const ofTwo: Values = [
    [ns(20), "  spaces\t "],
    [ns(15), "from two"],
  ];

  beforeAll(async () => {
    const ofOdd: Values = [[ns(50), "odd"]];
    const sent: Stream[] = [
      [one, ofOne.toReversed()],
      [two, ofTwo],
      [odd, ofOdd],
    ];
    expect(await push(sent)).toEqual({ status: 204, text: "" });
  });

  test("are found at once, by stream, the newest first, with the labels of their stream", async () => {
    expect(await range('{host="lines",container=~"one|two"}')).toEqual({
      resultType: "streams",
      stats: {},
      result: [
        { stream: service(one), values: ofOne },
        { stream: service(two), values: ofTwo },
      ],
    });
  });

  test("keep labels with every sign", async () => {
    const { result } = await range('{host="lines",note=~"a \\"b\\".+"}');
    expect(result).toEqual([{ stream: service(odd), values: [[ns(50), "odd"]] }]);
  });

  test.each([
    ['{host="lines"} |= "ERROR"', ["xERRORx [a.b] (c)"]],
    ['{host="lines"} |= "rror"', ["first error here", "two\nlines error"]],
    ['{host="lines"} |= "[a.b] (c)"', ["xERRORx [a.b] (c)"]],
    ['{host="lines"} |= "[axb]"', []],
    [
      '{host="lines"} |~ "(?i)ERROR"',
      ["first error here", "two\nlines error", "xERRORx [a.b] (c)"],
    ],
    ['{host="lines"} |~ `(?i)\\b(error|fatal|panic)`', ["first error here", "two\nlines error"]],
    ['{host="lines",container="two"} |~ `(?i)`', ["  spaces\t ", "from two"]],
    ['{host="lines",container="one"} |= ""', ofOne.map(([, line]) => line).sort()],
    ['{host="lines"} != "error" !~ "o"', ["", "  spaces\t ", "xERRORx [a.b] (c)"]],
    ['{host="lines"} |~ "error$"', ["two\nlines error"]],
    ['{host="lines"} |~ "two.lines"', []],
    ['{host="lines",container!="one",container!="odd"}', ["  spaces\t ", "from two"]],
    ['{host="lines",container!~"o.*"}', ["  spaces\t ", "from two"]],
    ['{host="lines",note=""} |= "from"', ["from two"]],
    ['{host="lines",container=~"t"}', []],
    ['{host="lines",nothing!=""}', []],
    ['{host="lines",nothing!="x"} |= "from"', ["from two"]],
  ])("%s", async (query, expected) => {
    const found = await queryLogs({ queryUrl: server.url, username: "", password: "" }, query);
    expect(found.map(({ line }) => line).sort()).toEqual(expected);
  });

  test("end before the end, begin at the start, and the limit keeps the newest", async () => {
    const found = async (more: Record<string, string>) => {
      const { result } = await range('{host="lines",container="one"}', more);
      return result[0].values.map(([time]: Values[0]) => time);
    };
    const span = { start: ns(20), end: ns(40) };
    expect(await found(span)).toEqual([ns(30), ns(20, 1), ns(20)]);
    expect(await found({ ...span, limit: "2" })).toEqual([ns(30), ns(20, 1)]);
  });

  test("of the longest kind that the door lets in are kept whole", async () => {
    const line = "x".repeat(256 * 1024);
    expect((await push([[{ host: "long" }, [[ns(10), line]]]])).status).toBe(204);
    const { result } = await range('{host="long"}');
    expect(result[0].values[0][1] === line).toBe(true);
  });
});

test("a line that is sent twice is answered and counted once, and told as a duplicate", async () => {
  const labels = { job: "docker", host: "twice" };
  const values: Values = [
    [ns(20), "b"],
    [ns(20), "c"],
    [ns(10), "a"],
  ];
  const newer: Values = [[ns(30), "d"]];
  await push([[labels, values]]);
  await push([[labels, [...newer, ...values]]]);
  const { result } = await range('{host="twice"}', { limit: "4" });
  expect(result[0].values.toSorted()).toEqual([...newer, ...values].toSorted());
  const query = 'sum(count_over_time({host="twice"}[1h]))';
  const count = await ask("query", { query, time: ns(3600) });
  expect(count.result).toEqual([{ metric: {}, value: [BASE + 3600, "4"] }]);
  const duplicates = await (await fetch(`${server.url}/__duplicates`)).json();
  expect(duplicates).toContainEqual({ labels: service(labels), lines: 3 });
});

describe("numbers", () => {
  const container = (name: string) => ({ job: "docker", host: "numbers", container: name });
  const aAndB = (a: string, b: string): [object, string][] => [
    [{ container: "a" }, a],
    [{ container: "b" }, b],
  ];

  beforeAll(async () => {
    const every = (seconds: number): Values =>
      Array.from({ length: 600 / seconds }, (_, i) => [ns((i + 1) * seconds), `line ${i}`]);
    await push([
      [container("a"), every(10)],
      [container("b"), every(60)],
    ]);
  });

  test.each([
    ['sum(count_over_time({host="numbers"}[5m]))', [[{}, "35"]]],
    ['sum by (container) (count_over_time({host="numbers"}[60s]))', aAndB("6", "1")],
    ['sum(count_over_time({host="numbers"}[60s])) by (container, none)', aAndB("6", "1")],
    ['topk(1, sum by (container) (rate({host="numbers"}[1m])))', [[{ container: "a" }, "0.1"]]],
    ['sum(rate({host=~"num.+"} |= "line 3" [5m]))', [[{}, `${10 / 300}`]]],
    ['count_over_time({host="numbers",container="b"}[2m])', [[service(container("b")), "2"]]],
    ['sum(count_over_time({host="none"}[5m]))', []],
  ])("%s at an instant", async (query, expected) => {
    const result = expected.map(([metric, value]) => ({ metric, value: [BASE + 600, value] }));
    const answer = await ask("query", { query, time: ns(600) });
    expect(answer).toEqual({ resultType: "vector", stats: {}, result });
  });

  // (70, 100] has 80, 90 and 100; a ns earlier it has 70 and not 100.
  test.each([ns(100), ns(99, 999_999_999), ns(105)])("30 s up to %s have 3 lines", async (time) => {
    const query = 'sum(count_over_time({host="numbers",container="a"}[30s]))';
    expect((await ask("query", { query, time })).result[0].value[1]).toBe("3");
  });

  test.each([
    ['sum(count_over_time({host="numbers",container="a"}[2m]))', [[{}, "6 12 12 12 12"]]],
    [
      'sum by (container) (count_over_time({host="numbers"}[25s]))',
      aAndB("3 3 3 3 3", "1 1 1 1 1"),
    ],
    ['sum(count_over_time({host="numbers",container="b"}[20s]))', [[{}, "1 1 1 1 1"]]],
  ])("%s over a range from a start that is no multiple of the step", async (query, expected) => {
    const result = (expected as [object, string][]).map(([metric, numbers]) => ({
      metric,
      values: numbers.split(" ").map((value, i) => [BASE + (i + 1) * 60, value]),
    }));
    const answer = await range(query, { start: ns(65), end: ns(310), step: "60" });
    expect(answer).toEqual({ resultType: "matrix", stats: {}, result });
  });

  test("are what `verify` reads", async () => {
    const sink = { queryUrl: `${server.url}/loki`, username: "", password: "" };
    const [found] = await queryMetrics(sink, 'sum(count_over_time({host="numbers"}[2h]))');
    expect(found).toEqual({ labels: {}, value: 70 });
  });
});

test.each([
  ["query_range", { query: "{host=" }, "parse error at col 7: syntax error: unexpected $end\n"],
  [
    "query",
    { query: '{host="lines"}' },
    "log queries are not supported as an instant query type, please change your query to a range query type\n",
  ],
  [
    "query_range",
    { query: '{host="lines"}', limit: "5001" },
    "max entries limit per query exceeded, limit > max_entries_limit_per_query (5001 > 5000)\n",
  ],
])("%s %j is 400 with one sentence", async (path, parameters, text) => {
  expect(await ask(path, parameters as Record<string, string>)).toEqual({ status: 400, text });
});

test("a restarted stand-in refuses what is behind the newest of a stream, and names the user", async () => {
  const labels = { host: "restarted" };
  const now = `${BigInt(Date.now()) * 1_000_000n}`;
  expect((await push([[labels, [[now, "now"]]]])).status).toBe(204);
  const again = await serveCloudLogs(storeUrl);
  const first = await push([[labels, [[ns(-3600), "behind"]]]], again.url);
  await again.close();
  expect(first).toEqual({
    status: 400,
    text: expect.stringMatching(
      /entry too far behind[\s\S]+user '200002', total ignored: 1 out of 1/,
    ),
  });
});

test("a push that is not readable is 400", async () => {
  const body = Buffer.from(compress(new TextEncoder().encode("no protobuf")));
  const answer = await fetch(`${server.url}/loki/api/v1/push`, { method: "POST", body });
  expect(answer.status).toBe(400);
});

test("while the store is away pushes and queries are 500, and nothing is taken for stored", async () => {
  const away = await serveCloudLogs("http://127.0.0.1:1");
  try {
    expect(await push([[{ host: "away" }, [[ns(10), "x"]]]], away.url)).toEqual({
      status: 500,
      text: expect.stringContaining("the store could not be reached"),
    });
    const query = new URLSearchParams({ query: '{host="away"}' });
    expect((await fetch(`${away.url}/loki/api/v1/query_range?${query}`)).status).toBe(500);
    expect((await fetch(`${away.url}/ready`)).status).toBe(500);
  } finally {
    await away.close();
  }
});
