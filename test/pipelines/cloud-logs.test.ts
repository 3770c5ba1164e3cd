import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa, type ResultPromise } from "execa";
import { compress } from "snappyjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { queryLogs, queryMetrics } from "../../cli/verify/sink-queries.ts";
import { freePort } from "../../lab/ports.ts";
import { until } from "../../lab/processes.ts";
import { program } from "../../lab/programs.ts";
import {
  type CloudLogsServer,
  serveCloudLogs,
} from "../../lab/stand-ins/grafana-cloud-logs/server.ts";
import { VICTORIA_LOGS_FLAGS } from "../../lab/world/sinks.ts";

/** The stand-in of Grafana Cloud Logs over the real store: what is asked is answered as Loki would. */
let server: CloudLogsServer;
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

const push = (...streams: Stream[]) => pushTo(server.url, streams);

async function pushTo(url: string, streams: Stream[]) {
  const body = { streams: streams.map(([stream, values]) => ({ stream, values })) };
  const answer = await fetch(`${url}/loki/api/v1/push`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Basic ${btoa("200002:x")}` },
    body: JSON.stringify(body),
  });
  return { status: answer.status, text: await answer.text() };
}

async function ask(path: string, parameters: Record<string, string> | [string, string][] = {}) {
  const answer = await fetch(`${server.url}${path}?${new URLSearchParams(parameters)}`);
  const text = await answer.text();
  return answer.ok ? JSON.parse(text).data : { status: answer.status, text };
}

const range = (query: string, more: Record<string, string> = {}) =>
  ask("/loki/api/v1/query_range", { query, start: ns(0), end: ns(3600), ...more });

const service = (labels: Record<string, string>, level = "unknown") => ({
  ...labels,
  service_name: labels.container ?? labels.job ?? "",
  detected_level: level,
});

const text = (lines: { line: string }[]) => lines.map(({ line }) => line);

describe("lines", () => {
  const one = { job: "docker", host: "lines", container: "one" };
  const two = { job: "docker", host: "lines", container: "two" };
  const odd = { job: "docker", host: "lines", container: "odd", note: 'a "b", {c="d"}\n' };

  beforeAll(async () => {
    const answer = await push(
      [
        one,
        [
          [ns(10), "first error here"],
          [ns(20), "xERRORx [a.b] (c)"],
          [ns(20, 1), '{"level":"warn","message":"json"}'],
          [ns(30), ""],
          [ns(40), "two\nlines error"],
        ],
      ],
      [
        two,
        [
          [ns(15), "from two"],
          [ns(20), "  spaces\t "],
        ],
      ],
      [odd, [[ns(50), "odd"]]],
    );
    expect(answer).toEqual({ status: 204, text: "" });
  });

  it("are found at once, by stream, the newest first, with the labels of their stream", async () => {
    expect(await range('{host="lines",container=~"one|two"}')).toEqual({
      resultType: "streams",
      stats: {},
      result: [
        {
          stream: service(one, "error"),
          values: [
            [ns(40), "two\nlines error"],
            [ns(10), "first error here"],
          ],
        },
        {
          stream: service(one),
          values: [
            [ns(30), ""],
            [ns(20), "xERRORx [a.b] (c)"],
          ],
        },
        {
          stream: service(one, "warn"),
          values: [[ns(20, 1), '{"level":"warn","message":"json"}']],
        },
        {
          stream: service(two),
          values: [
            [ns(20), "  spaces\t "],
            [ns(15), "from two"],
          ],
        },
      ],
    });
  });

  it("keep labels with every sign", async () => {
    const { result } = await range('{host="lines",note=~"a \\"b\\".+"}');
    expect(result).toEqual([{ stream: service(odd), values: [[ns(50), "odd"]] }]);
  });

  it.each([
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
    [
      '{host="lines",container="one"} |= ""',
      [
        "",
        "first error here",
        "two\nlines error",
        "xERRORx [a.b] (c)",
        '{"level":"warn","message":"json"}',
      ],
    ],
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
    expect(text(found).sort()).toEqual(expected);
  });

  it("end before the end, begin at the start, and stop at the limit of either direction", async () => {
    const query = '{host="lines",container="one"}';
    const found = async (more: Record<string, string>) => {
      const { result } = await range(query, more);
      return result
        .flatMap(({ values }: { values: Values }) => values.map(([time]) => time))
        .sort();
    };
    const span = { start: ns(20), end: ns(40) };
    expect(await found(span)).toEqual([ns(20), ns(20, 1), ns(30)]);
    expect(await found({ ...span, limit: "2" })).toEqual([ns(20, 1), ns(30)]);
    expect(await found({ ...span, limit: "2", direction: "forward" })).toEqual([ns(20), ns(20, 1)]);
  });

  it("of the longest kind that the door lets in are kept whole", async () => {
    const line = "x".repeat(256 * 1024);
    expect((await push([{ host: "long" }, [[ns(10), line]]])).status).toBe(204);
    const { result } = await range('{host="long"}');
    expect(result[0].values[0][1] === line).toBe(true);
  });
});

describe("a line that is sent twice", () => {
  const labels = { job: "docker", host: "twice" };
  const values: Values = [
    [ns(10), "a"],
    [ns(20), "b"],
    [ns(20), "c"],
  ];

  beforeAll(async () => {
    for (let i = 0; i < 2; i++) await push([labels, values]);
    await push([labels, [[ns(30), "d"]]]);
  });

  it("is answered once, also where a limit cuts, and counted once", async () => {
    const { result } = await range('{host="twice"}', { limit: "4" });
    const lines = result.flatMap((stream: { values: Values }) => stream.values);
    expect(lines.map(([, line]: Values[0]) => line).sort()).toEqual(["a", "b", "c", "d"]);
    const count = await ask("/loki/api/v1/query", {
      query: 'sum(count_over_time({host="twice"}[1h]))',
      time: ns(3600),
    });
    expect(count.result).toEqual([{ metric: {}, value: [BASE + 3600, "4"] }]);
  });

  it("shows in what was received and as a duplicate", async () => {
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain(
      'grafana_cloud_logs_lines_received_total{job="docker",host="twice"} 7\n',
    );
    expect(metrics).toContain(
      'grafana_cloud_logs_duplicate_lines{host="twice",job="docker",service_name="docker"} 3\n',
    );
  });
});

describe("numbers", () => {
  const container = (name: string) => ({ job: "docker", host: "numbers", container: name });

  beforeAll(async () => {
    const every = (seconds: number, until: number): Values =>
      Array.from({ length: until / seconds }, (_, i) => [ns((i + 1) * seconds), `line ${i}`]);
    // a: one every 10 s for 10 min; b: one every 60 s.
    await push([container("a"), every(10, 600)], [container("b"), every(60, 600)]);
  });

  it.each([
    ['sum(count_over_time({host="numbers"}[5m]))', [[{}, "35"]]],
    [
      'sum by (container) (count_over_time({host="numbers"}[60s]))',
      [
        [{ container: "a" }, "6"],
        [{ container: "b" }, "1"],
      ],
    ],
    ['topk(1, sum by (container) (rate({host="numbers"}[1m])))', [[{ container: "a" }, "0.1"]]],
    ['sum(rate({host=~"num.+"} |= "line 3" [5m]))', [[{}, `${10 / 300}`]]],
    ['count_over_time({host="numbers",container="b"}[2m])', [[service(container("b")), "2"]]],
    ['sum(count_over_time({host="none"}[5m]))', []],
  ])("%s at an instant", async (query, expected) => {
    const { resultType, result } = await ask("/loki/api/v1/query", { query, time: ns(600) });
    expect(resultType).toBe("vector");
    expect(
      result.map(({ metric, value }: { metric: object; value: [number, string] }) => [
        metric,
        value[1],
      ]),
    ).toEqual(expected);
    expect(result.map(({ value }: { value: [number, string] }) => value[0])).toEqual(
      expected.map(() => BASE + 600),
    );
  });

  it("an instant between two lines counts those of its window alone", async () => {
    const query = 'sum(count_over_time({host="numbers",container="a"}[30s]))';
    const at = async (time: string) =>
      (await ask("/loki/api/v1/query", { query, time })).result[0].value[1];
    // (70, 100] has 80, 90 and 100; a ns earlier it has 70 and not 100.
    expect(await at(ns(100))).toBe("3");
    expect(await at(ns(99, 999_999_999))).toBe("3");
    expect(await at(ns(105))).toBe("3");
  });

  it("over a range: windows longer and shorter than the step, from a start that is no multiple", async () => {
    const asked = { start: ns(65), end: ns(310), step: "60" };
    const points = async (query: string) => {
      const { resultType, result } = await range(query, asked);
      expect(resultType).toBe("matrix");
      return result.map(({ metric, values }: { metric: object; values: [number, string][] }) => [
        metric,
        values.map(([time, value]) => [time - BASE, value]),
      ]);
    };
    expect(await points('sum(count_over_time({host="numbers",container="a"}[2m]))')).toEqual([
      [
        {},
        [
          [60, "6"],
          [120, "12"],
          [180, "12"],
          [240, "12"],
          [300, "12"],
        ],
      ],
    ]);
    expect(await points('sum by (container) (count_over_time({host="numbers"}[25s]))')).toEqual([
      [
        { container: "a" },
        [
          [60, "3"],
          [120, "3"],
          [180, "3"],
          [240, "3"],
          [300, "3"],
        ],
      ],
      [
        { container: "b" },
        [
          [60, "1"],
          [120, "1"],
          [180, "1"],
          [240, "1"],
          [300, "1"],
        ],
      ],
    ]);
    expect(await points('sum(count_over_time({host="numbers",container="b"}[20s]))')).toEqual([
      [
        {},
        [
          [60, "1"],
          [120, "1"],
          [180, "1"],
          [240, "1"],
          [300, "1"],
        ],
      ],
    ]);
  });

  it("are what `verify` reads", async () => {
    const sink = { queryUrl: `${server.url}/loki`, username: "", password: "" };
    const [found] = await queryMetrics(sink, 'sum(count_over_time({host="numbers"}[2h]))');
    expect(found).toEqual({ labels: {}, value: 70 });
  });
});

describe("streams and labels", () => {
  it("are those that have lines in the time", async () => {
    const span = { start: ns(0), end: ns(3600) };
    const match: [string, string][] = [
      ["match[]", '{host="lines"}'],
      ["match[]", '{host="twice"}'],
    ];
    const found = await ask("/loki/api/v1/series", [...Object.entries(span), ...match]);
    expect(
      found.map(({ container = "", host }: Record<string, string>) => [host, container]),
    ).toEqual([
      ["lines", "odd"],
      ["lines", "one"],
      ["lines", "two"],
      ["twice", ""],
    ]);
    expect(await ask("/loki/api/v1/labels", span)).toEqual([
      "container",
      "host",
      "job",
      "note",
      "service_name",
    ]);
    expect(
      await ask("/loki/api/v1/label/container/values", { ...span, query: '{host="lines"}' }),
    ).toEqual(["odd", "one", "two"]);
    expect(await ask("/loki/api/v1/label/host/values", { start: ns(-100), end: ns(-50) })).toEqual(
      [],
    );
  });
});

describe("what can't be answered is told in one sentence", () => {
  it.each([
    [
      "/loki/api/v1/query_range",
      { query: "{host=" },
      400,
      "parse error at line 1, col 7: syntax error: unexpected $end\n",
    ],
    [
      "/loki/api/v1/query",
      { query: '{host="lines"}' },
      400,
      "log queries are not supported as an instant query type, please change your query to a range query type\n",
    ],
    [
      "/loki/api/v1/query_range",
      { query: '{host="lines"}', limit: "5001" },
      400,
      "max entries limit per query exceeded, limit > max_entries_limit_per_query (5001 > 5000)\n",
    ],
    [
      "/loki/api/v1/query_range",
      { query: '{host="lines"} | json' },
      400,
      "The stand-in of Grafana Cloud Logs does not cover this part of LogQL: | json\n",
    ],
    ["/loki/api/v1/series", {}, 400, "0 matcher groups supplied\n"],
    ["/loki/api/v1/tail", {}, 404, "404 page not found\n"],
  ])("%s %j", async (path, parameters, status, sentence) => {
    expect(await ask(path, { ...parameters } as Record<string, string>)).toEqual({
      status,
      text: sentence,
    });
  });
});

describe("limits over HTTP", () => {
  const limits = (method: string, body?: object) =>
    fetch(`${server.url}/__limits`, { method, body: body && JSON.stringify(body) });

  it("are lowered for a test and put back, and name the user of the log-in", async () => {
    expect(await (await limits("PUT", { maxStreams: 0 })).json()).toMatchObject({ maxStreams: 0 });
    const { status, text } = await push([{ host: "limits" }, [[ns(10), "x"]]]);
    expect([status, text]).toEqual([429, expect.stringMatching(/user: '200002'\n$/)]);
    expect(await (await limits("DELETE")).json()).toMatchObject({ maxStreams: 5000 });
    expect((await push([{ host: "limits" }, [[ns(10), "x"]]])).status).toBe(204);
  });

  it("let in what the store keeps however old it is", async () => {
    await limits("PUT", { maxAgeSeconds: 1000 * 3600 });
    const old: Values = [[ns(-500 * 3600), "three weeks old"]];
    expect((await push([{ host: "old" }, old])).status).toBe(204);
    await limits("DELETE");
    const span = { start: ns(-501 * 3600), end: ns(-499 * 3600) };
    expect((await range('{host="old"}', span)).result[0].values).toEqual(old);
  });
});

it("a stand-in that was started anew refuses what is behind the newest of a stream", async () => {
  const labels = { host: "restarted" };
  const now = `${BigInt(Date.now()) * 1_000_000n}`;
  expect((await push([labels, [[now, "now"]]])).status).toBe(204);
  const again = await serveCloudLogs(storeUrl);
  const behind: Values = [[ns(-3600), "behind"]];
  const first = await pushTo(again.url, [[labels, behind]]);
  await again.close();
  expect([first.status, first.text]).toEqual([
    400,
    expect.stringContaining("entry too far behind"),
  ]);
});

it("a push that is not readable is 400", async () => {
  const body = compress(new TextEncoder().encode("no protobuf"));
  const answer = await fetch(`${server.url}/loki/api/v1/push`, {
    method: "POST",
    body: Buffer.from(body),
  });
  expect(answer.status).toBe(400);
});

it("while the store is away pushes and queries are 500, and nothing is taken for stored", async () => {
  const away = await serveCloudLogs("http://127.0.0.1:1");
  try {
    const body = JSON.stringify({
      streams: [{ stream: { host: "away" }, values: [[ns(10), "x"]] }],
    });
    const headers = { "content-type": "application/json" };
    const pushed = await fetch(`${away.url}/loki/api/v1/push`, { method: "POST", headers, body });
    expect([pushed.status, await pushed.text()]).toEqual([
      500,
      expect.stringContaining("the store could not be reached"),
    ]);
    expect((await fetch(`${away.url}/loki/api/v1/labels`)).status).toBe(500);
    expect((await fetch(`${away.url}/ready`)).status).toBe(500);
  } finally {
    await away.close();
  }
});
