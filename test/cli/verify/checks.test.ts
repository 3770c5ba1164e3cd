import { expect, test } from "vitest";
import type { Answers } from "../../../cli/verify/checks/check.ts";
import { checksOf, selfChecksOf } from "../../../cli/verify/checks.ts";
import type { Result } from "../../../cli/verify/result.ts";
import type { LogLine, Sample } from "../../../cli/verify/sink-queries.ts";
import type { VerifyFacts } from "../../../telemetry/facts.ts";
import { bareFacts, factsOf } from "../support/facts.ts";

const exclude = (containers: string[], composeServices: string[] = []): VerifyFacts["logs"] => ({
  ...bareFacts.logs,
  exclude: { containers, composeServices },
});
const kept: VerifyFacts["logs"] = {
  ...exclude(["vaultwarden", "a.b"], ["outline/db", "mail"]),
  redact: {
    patterns: ["ipAddresses", "emailAddresses", "bearerTokens"],
    expressions: ["session=(\\w+)"],
  },
};
const LISTS =
  "never sent: container vaultwarden, container a.b, compose service outline/db, compose service mail; replaced: IP addresses, e-mail addresses, bearer tokens, `session=(\\w+)`";
const facts: VerifyFacts = { ...factsOf("svlnas"), logs: kept };
const notPolling = { ...facts, github: { repositories: [], polls: false } };

const checksFor = (of: VerifyFacts, now = new Date("2027-01-01T00:00:00Z")) =>
  Object.fromEntries([...checksOf(of, now), ...selfChecksOf(of)].map((each) => [each.id, each]));
const checks = { ...checksFor(notPolling), ...checksFor(facts) };
const check = (id: string) => checks[id] ?? expect.fail(`no check ${id}`);

type Given = number | [value: number, labels: Sample["labels"]];
/** Samples of one query. */
const samples = (...given: Given[]): Sample[] =>
  given.map((one) => {
    const [value, labels] = typeof one === "number" ? [one, {}] : one;
    return { value, labels };
  });
const of = (...given: Given[]): Partial<Answers> => ({ metrics: [samples(...given)] });
const line = (labels: LogLine["labels"], time = 0n): LogLine => ({ labels, time, line: "" });
const says = (text: string) => (time: bigint) => ({ ...line({}, time), line: text });
const full = says('err="write: no space left on device"');
const damaged = says('msg="error tailing WAL"');
const start = says('msg="now listening for http traffic"');
const judge = (id: string, metrics: Sample[][]) =>
  check(id).judge({ metrics, logs: [], lineCounts: [] });

test.each<[id: string, metrics: string[]]>([
  [
    // What the reader read before a restart does not count.
    "journal-read",
    [
      "max_over_time((loki_source_journal_target_lines_total{SELF} and on () (alloy_resources_process_start_time_seconds{SELF} == scalar(alloy_resources_process_start_time_seconds{SELF} @ end())))[1h:1m])",
      "time() - alloy_resources_process_start_time_seconds{SELF}",
    ],
  ],
  [
    "disk-space",
    [
      "min by (mountpoint) (node_filesystem_avail_bytes{NODE} / node_filesystem_size_bytes{NODE} and node_filesystem_readonly{NODE} == 0)",
    ],
  ],
])("%s asks", (id, queries) => {
  const self = 'job="alloy",instance="svlnas"';
  const node = 'job="integrations/node_exporter",host="svlnas"';
  const whole = queries.map((text) => text.replaceAll("SELF", self).replaceAll("NODE", node));
  expect(check(id).metrics).toEqual(whole);
});

test("Alloy's own metrics are asked by instance: loki_write_* has the sink's address as host", () => {
  const queries = selfChecksOf(facts).flatMap(({ metrics = [] }) => metrics);
  const asked = queries.filter((query) => query.includes('{job="alloy",instance="svlnas"'));
  expect(asked).toEqual(queries);
});

test("each excluded container and service is asked for the last minute, until none is left", () => {
  expect(check("log-privacy")).toMatchObject({
    logs: {
      queries: [
        '{host="svlnas",container=~"vaultwarden|a[.]b"}',
        '{host="svlnas",compose_service="db",compose_project="outline"}',
        '{host="svlnas",compose_service="mail"}',
      ],
      seconds: 60,
    },
    again: { waitSeconds: 180 },
  });
});

const right = { job: "integrations/node_exporter", instance: "svlnas" };
const wrong = { ...right, instance: "svlnas:12345" };
const series = (host: string, job: string, value: number, instance = host): Given => [
  value,
  { host, instance, job },
];
const free = (mountpoint: string, share: number): Given => [share, { mountpoint }];
const vaultwarden = line({ container: "vaultwarden" });

test.each<[what: string, id: string, Partial<Answers>, Partial<Result>]>([
  [
    "metrics and journal have the same labels",
    "label-contract",
    { metrics: [samples([1, right])], logs: [line(right), line(right)] },
    { count: 2, detail: 'both have job="integrations/node_exporter", instance="svlnas"' },
  ],
  [
    "another instance on the journal, beside a right one",
    "label-contract",
    { metrics: [samples([1, right])], logs: [line(right), line(wrong)] },
    {
      count: 3,
      state: "warning",
      detail: 'journal: job="integrations/node_exporter", instance="svlnas:12345"',
    },
  ],
  [
    "a label that is not there, and a side that is empty",
    "label-contract",
    of([1, { instance: "svlnas" }]),
    {
      count: 1,
      state: "warning",
      detail: 'metrics: job="", instance="svlnas"; journal: nothing to compare',
    },
  ],
  [
    "shares of the host by job, most first; its own loki_write_* by instance",
    "series-budget",
    of(
      series("svlnas", "alloy", 300),
      series("logs.example.net", "alloy", 20, "svlnas"),
      series("svlnas", "postgres_immich", 613, "immich-db"),
      series("svlazext", "alloy", 300),
    ),
    {
      count: 933,
      detail: "all hosts 1,233 of 10,000 (12 %), postgres_immich 613 (66 %), alloy 320 (34 %)",
    },
  ],
  [
    "a host without series",
    "series-budget",
    of(),
    { count: 0, detail: "all hosts 0 of 10,000 (0 %)" },
  ],
  ["GitHub is not polled", "github-silent", of(), { count: 0 }],
  ["GitHub from a host that must not poll", "github-silent", of(1), { count: 1, state: "warning" }],
  ["no such line", "disk-full", {}, { count: 0 }],
  ["a full disk", "disk-full", { logs: [full(1n), full(2n)] }, { count: 2, state: "full" }],
  [
    "a full disk after a start",
    "disk-full",
    { logs: [full(3n), full(2n), start(1n), full(0n)] },
    { count: 2, state: "full" },
  ],
  [
    "a disk that was full before the agent's start",
    "disk-full",
    { logs: [start(2n), full(1n)] },
    { count: 0 },
  ],
  ["a damaged log", "wal-damaged", { logs: [damaged(1n)] }, { count: 1, state: "missing" }],
  [
    "a damaged log before the newest start",
    "wal-damaged",
    { logs: [start(4n), damaged(3n), start(2n), damaged(1n)] },
    { count: 0 },
  ],
  ["5 % free are enough", "disk-space", of(free("/", 0.05), free("/mnt", 0.5)), { count: 0 }],
  [
    "less is not; they are named, fullest first",
    "disk-space",
    of(free("/", 0.031), free("/mnt", 0.5), free("/boot", 0.004)),
    {
      count: 2,
      state: "warning",
      advice: expect.stringMatching(/^Less than 5 % is free of \/boot 0 %, \/ 3 %: make room/),
    },
  ],
  [
    "of many, five are named",
    "disk-space",
    of(..."abcdefg".split("").map((name) => free(`/${name}`, 0.01))),
    {
      count: 7,
      state: "warning",
      advice: expect.stringMatching(/\/a 1 %, .+, \/e 1 % and 2 more: make room/),
    },
  ],
  ["all have a size", "disks-unmeasured", of(), { count: 0 }],
  [
    "some have none; five are named",
    "disks-unmeasured",
    of(..."gfedcba".split("").map((name): Given => [1, { mountpoint: `/${name}` }])),
    {
      count: 7,
      state: "warning",
      advice: expect.stringMatching(/^The free space of \/a, .+, \/e and 2 more can't be measured/),
    },
  ],
  ["no excluded line", "log-privacy", {}, { count: 0, detail: LISTS }],
  [
    "excluded lines; one that two selectors find counts once",
    "log-privacy",
    {
      logs: [
        ...[vaultwarden, vaultwarden, { ...vaultwarden, time: 1n }],
        line({ container: "outline-db-1" }),
      ],
    },
    {
      count: 3,
      state: "unwanted",
      detail: LISTS,
      advice: expect.stringMatching(/^Lines of outline-db-1, vaultwarden arrived/),
    },
  ],
  [
    "lines kept in the last hour",
    "kept-lines",
    of(1234.4),
    { count: 1234, detail: "1,234 lines kept in the last hour" },
  ],
  [
    "none kept, less the error of increase()",
    "kept-lines",
    of(-0.3),
    { count: 0, detail: "0 lines kept in the last hour" },
  ],
  ["none counted", "kept-lines", of(), { count: 0, detail: "not counted yet" }],
  ["lines", "journal-read", { metrics: [samples(900), samples(3600)] }, { count: 900 }],
  [
    "no line for an hour",
    "journal-read",
    { metrics: [samples(0), samples(3600)] },
    { count: 0, state: "missing", advice: expect.stringMatching(/^The reader is healthy/) },
  ],
  [
    "no line right after a start",
    "journal-read",
    { metrics: [samples(0), samples(60)] },
    { count: 0 },
  ],
  [
    "no line, start unknown",
    "journal-read",
    { metrics: [samples(0), []] },
    { count: 0, state: "missing" },
  ],
  [
    "no such counter",
    "journal-read",
    { metrics: [[], samples(3600)] },
    { count: 0, state: "missing", advice: expect.stringMatching(/has no journal reader/) },
  ],
  ["no such counter yet", "journal-read", { metrics: [[], samples(60)] }, { count: 0 }],
  [
    "losses by reason, most first",
    "refused-lines",
    of(
      [3, { reason: "rate_limited" }],
      [0, { reason: "queue_is_full" }],
      [12.2, { reason: "ingester_error" }],
    ),
    { count: 16, state: "warning", detail: "in the last hour: ingester_error 13, rate_limited 3" },
  ],
  ["ten retries an hour are ordinary", "retried-batches", of(10), { count: 10 }],
  [
    "more are not, and are named by the sink's answer",
    "retried-batches",
    of([2, { status_code: "-1" }], [9, { status_code: "429" }]),
    { count: 11, state: "warning", detail: "in the last hour: 429 9, -1 2" },
  ],
  ["nothing queued", "sending-lag", of(), { count: 0 }],
  ["three scrapes behind", "sending-lag", of(180), { count: 180 }],
  [
    "further behind",
    "sending-lag",
    of(900),
    { count: 900, state: "warning", advice: expect.stringMatching(/^Sending is 15 min behind/) },
  ],
  ["healthy components", "components", of(), { count: 0 }],
  [
    "components by health",
    "components",
    of([1, { health_type: "unhealthy" }], [2, { health_type: "exited" }]),
    { count: 3, state: "warning", detail: "exited 2, unhealthy 1" },
  ],
])("%s: %s", (_, id, answers, row) => {
  const { advice, ...found } = check(id).judge({
    metrics: [],
    logs: [],
    lineCounts: [],
    ...answers,
  });
  const { advice: wanted, ...finding } = row;
  expect(found).toEqual(finding);
  expect(advice ?? "").toEqual(wanted ?? (row.state ? expect.stringMatching(/./) : ""));
});

test.each<[id: string, allowed: Sample[][], tooMuch: Sample[][]]>([
  ["refused-lines", [samples(0)], [samples(0.4)]],
  ["too-old-lines", [samples(0)], [samples(0.4)]],
  ["refused-samples", [samples(0)], [samples(0.4)]],
  ["dropped-samples", [samples(0)], [samples(0.4)]],
  ["series-budget", [samples(series("other", "x", 8000))], [samples(series("other", "x", 8001))]],
  ["wal-series", [samples(1853), []], [samples(2254), samples(1853)]],
  ["wal-series", [samples(2253), samples(1853)], [samples(6601), samples(5500)]],
  ["wal-series", [samples(6600), samples(5500)], [samples(6601), samples(5500)]],
])("%s: as much as is allowed, and a little more", (id, allowed, tooMuch) => {
  expect([judge(id, allowed).state, judge(id, tooMuch).state]).toEqual([undefined, "warning"]);
});

test.each([
  ["postgres_immich", "pipelines/postgres.alloy"],
  ["docker", "container-metrics"],
  ["traefik", "addRoutersLabels"],
  ["something", "its largest metric"],
])("above the budget, what of %s to cut", (job, text) => {
  const found = samples(series("svlnas", job, 9000));
  expect(judge("series-budget", [found]).advice).toContain(text);
});
