import { describe, expect, test } from "vitest";
import type { Progress } from "../../../cli/verify/progress.ts";
import { type VerifyOptions, verify } from "../../../cli/verify/run.ts";
import type { VerifyFacts } from "../../../telemetry/facts.ts";
import { bareFacts, factsOf } from "../support/facts.ts";
import { healthyHost } from "../support/healthy-host.ts";
import { answerAsSinks, type SinkData, sink, sinks } from "../support/sinks.ts";

const once = { timeoutSeconds: 0, pollSeconds: 0.02 };
const few: VerifyFacts = { ...bareFacts, pipelines: ["host", "containers"] };
const healthy = healthyHost("svlnas");
/** Age of the newest sample. */
const AGE = "time() - (";
const sending = healthyHost("svlnas", { [AGE]: [[{}, 0]] });

/** Verifies, with changes of what the sinks answer at the first wait; answers the rows and what was shown. */
async function run(
  data: SinkData,
  facts: VerifyFacts,
  { later = {}, ...options }: VerifyOptions & { later?: Partial<SinkData> },
) {
  const answering = { ...data };
  const asked = answerAsSinks(answering);
  const seen: Progress[] = [];
  const onProgress = (progress: Progress) => {
    seen.push(progress);
    if (progress.kind === "waiting") Object.assign(answering, later);
  };
  const rows = await verify(sinks, facts, { pollSeconds: 0.02, ...options, onProgress });
  const row = (id: string) => rows.find(({ signal }) => signal === id);
  return { asked, seen, rows, row, kinds: seen.map(({ kind }) => kind) };
}

test.each(["svlnas", "svlazext", "local"] as const)("everything of %s arrives", async (stack) => {
  const { rows } = await run(healthyHost(stack), factsOf(stack), once);
  expect(rows.filter(({ state }) => state !== "ok")).toEqual([]);
  const [host, containers] = rows;
  expect(host).toMatchObject({ signal: "host", ageSeconds: 12, count: 42, unit: "series" });
  expect(containers).toMatchObject({ signal: "containers", count: 1, unit: "lines" });
  expect(containers?.ageSeconds).toBeCloseTo(30, 0);
});

test("waits for what comes late, and says so meanwhile", async () => {
  const later = { logs: healthy.logs };
  const options = { timeoutSeconds: 10, later };
  const { rows, seen, kinds } = await run({ ...sending, logs: () => [] }, few, options);
  expect(rows.slice(0, 2).map(({ state }) => state)).toEqual(["ok", "ok"]);
  expect(kinds).toEqual(["settled", "waiting", "settled", "checking"]);
  expect(seen[1]).toMatchObject({ titles: ["container logs"], problem: undefined });
});

test("missing, stale and down when the time is up; the self checks wait for Alloy's metrics", async () => {
  const data = healthyHost("svlnas", {
    'time() - (max(timestamp(node_uname_info{job="integrations/node_exporter"': [],
    'time() - (max(timestamp(up{job="traefik"': [[{}, 900]],
    'pg_up{job="postgres_immich",instance="immich-db",host="svlnas"} == 1': [],
    'time() - (max(timestamp(up{job="alloy"': [],
    [AGE]: [[{}, 0]],
  });
  const { rows, asked } = await run(data, factsOf("svlnas"), { timeoutSeconds: 0.1 });
  const wrong = rows.filter(({ state }) => state !== "ok");
  expect(wrong.map(({ signal, state }) => [signal, state])).toEqual([
    ["host", "missing"],
    ["traefik", "stale"],
    ["postgres_immich-db", "missing"],
    ["self", "missing"],
    ["self-checks", "warning"],
  ]);
  expect(asked.filter(({ query }) => query.includes("loki_write"))).toEqual([]);
});

test("a refused password ends the wait at once, with one sentence a row", async () => {
  answerAsSinks(healthy);
  const metrics = { ...sink, password: "wrong-secret" };
  const begin = Date.now();
  const rows = await verify({ ...sinks, metrics }, few, { timeoutSeconds: 60 });
  expect(Date.now() - begin).toBeLessThan(10_000);
  expect(rows[0]).toMatchObject({
    signal: "host",
    state: "missing",
    advice:
      "The metrics sink http://sink refuses the user name or password (401): it needs a read token with the scope metrics:read; a write token can't query.",
  });
  expect(rows[1]).toMatchObject({ signal: "containers", state: "ok" });
  expect(JSON.stringify(rows)).not.toContain("wrong-secret");
});

describe("a read token that is new", () => {
  /** Verifies with a token that the sinks know a moment later. */
  async function refusedAtFirst(newUntil: number, seconds?: number) {
    const data: SinkData = { ...sending, fault: { status: 401, body: "" } };
    answerAsSinks(data);
    const known = setTimeout(() => {
      delete data.fault;
    }, 200);
    const reader = { ...sink, newUntil: new Date(newUntil).toISOString() };
    const problems: (string | undefined)[] = [];
    const onProgress = (progress: Progress) => {
      if (progress.kind === "waiting") problems.push(progress.problem);
    };
    const options = { pollSeconds: 0.02, timeoutSeconds: seconds, onProgress };
    const sinks = { metrics: reader, logs: reader };
    const rows = await verify(sinks, few, options).finally(() => clearTimeout(known));
    return { states: rows.slice(0, 2).map(({ state }) => state), problem: problems[0] };
  }

  test("is waited for, and why is shown", async () => {
    const until = Date.UTC(2099, 0, 1, 12, 34);
    expect(await refusedAtFirst(until, 10)).toEqual({
      states: ["ok", "ok"],
      problem:
        "The metrics sink http://sink does not know the new token yet, which can take until 12:34 UTC.",
    });
  });

  test("is refused at once when it is new no longer", async () => {
    const { states } = await refusedAtFirst(Date.now() - 1000, 10);
    expect(states).toEqual(["missing", "missing"]);
  });
});

test.each([
  [0, "connect ECONNREFUSED", "could not be reached: connect ECONNREFUSED.", false],
  [503, "upstream down\nmore", "answers 503: upstream down more.", false],
  [429, "too many", "answers 429: too many.", false],
  [400, "parse error.", "answers 400: parse error.", true],
  [404, "", "has no /api/v1/query (404): its URL must be the part before.", true],
  [
    200,
    "<html>log in</html>",
    "does not answer with JSON: its URL is not that of the API, or a login page is in front of it.",
    true,
  ],
])("a sink that answers %d %j", async (status, body, text, final) => {
  const facts: VerifyFacts = { ...few, pipelines: ["host"] };
  const data = { ...healthy, fault: { status, body } };
  const { rows, seen } = await run(data, facts, { timeoutSeconds: 0.05 });
  const sentence = `The metrics sink http://sink ${text}`;
  expect(rows[0]).toMatchObject({ state: "missing", advice: sentence });
  const waited = seen.find((progress) => progress.kind === "waiting")?.problem;
  expect(waited).toBe(final ? undefined : sentence);
});

test("lines of what is excluded are waited out; when the time is up they fail", async () => {
  const exclude = { containers: ["vaultwarden"], composeServices: [] };
  const facts: VerifyFacts = { ...few, logs: { ...few.logs, exclude } };
  const late: SinkData["logs"] = (query) =>
    query.includes("vaultwarden") ? [[{ container: "vaultwarden" }, 5]] : healthy.logs(query);
  const data: SinkData = { ...sending, logs: late };
  const { row } = await run(data, facts, once);
  expect(row("log-privacy")).toMatchObject({ state: "unwanted", count: 1 });

  const waited = await run(data, facts, { later: { logs: healthy.logs } });
  expect(waited.row("log-privacy")).toMatchObject({ state: "ok", count: 0 });
  expect(waited.kinds).toEqual(["settled", "settled", "checking", "waiting"]);
  const titles = ["the last lines of container vaultwarden to clear"];
  expect(waited.seen.at(-1)).toMatchObject({ titles });
});

test("what an agent sent that died since proves nothing: its samples are fresh, and none is new", async () => {
  const data = healthyHost("svlnas", { [AGE]: [[{}, 90]] });
  const { row } = await run(data, few, { timeoutSeconds: 0.1 });
  expect(row("host")).toMatchObject({
    state: "stale",
    advice: expect.stringMatching(
      /^The newest sample is 90 s old: none has arrived since this check began[.] /,
    ),
  });
  expect(row("containers")).toMatchObject({ state: "ok" });
});

test("logs alone: a line has to be new", async () => {
  const facts: VerifyFacts = { ...few, pipelines: ["containers"] };
  const { row } = await run(sending, facts, { timeoutSeconds: 0.1 });
  expect(row("containers")).toMatchObject({ state: "stale" });
});

describe("GitHub's first poll", () => {
  const polls: VerifyFacts = { ...factsOf("svlnas"), pipelines: ["github", "self"] };
  const started = (seconds: number, github: Parameters<typeof healthyHost>[1] = {}) =>
    healthyHost("svlnas", {
      ...{ "time() - alloy_resources": [[{}, seconds]], ...github, [AGE]: [[{}, 0]] },
    });
  const none = { github_exporter: [], github_repo_stars: [] };

  test("is told, not waited for, while Alloy has just started", async () => {
    const { row } = await run(started(100, none), polls, { timeoutSeconds: 5 });
    expect(row("github")).toMatchObject({
      state: "warning",
      advice:
        "Alloy has just started and polls every 10 min; the first poll arrives within 10 min, and --wait waits for it. The token was checked when the stack was deployed.",
    });
  });

  test.each([
    ["Alloy has run for longer", 900, {}],
    ["--wait says so", 100, { wait: true }],
  ])("is missing when its time is up and %s", async (_, seconds, options) => {
    const { row, kinds } = await run(started(seconds, none), polls, {
      ...options,
      timeoutSeconds: 0.1,
    });
    expect(row("github")).toMatchObject({ state: "missing" });
    expect(kinds).toContain("waiting");
  });

  test("is ok when it was there at once", async () => {
    const { row } = await run(started(100), polls, { timeoutSeconds: 5 });
    expect(row("github")).toMatchObject({ state: "ok" });
  });
});

// Metrics are 12 s old, lines 30 s; the journal and GitHub may come seldom.
test.each([
  [60, []],
  [20, ["containers"]],
  [
    5,
    [
      ...["host", "containers", "container-metrics", "traefik"],
      ...["postgres_immich", "postgres_immich-db", "postgres_outline", "postgres_outline-db"],
      "self",
    ],
  ],
])("%d s after a change of agents, what the old one sent proves nothing", async (ago, stale) => {
  const since = Date.now() - ago * 1000;
  const { rows } = await run(healthy, factsOf("svlnas"), { ...once, since });
  const found = rows.filter(({ state }) => state === "stale");
  expect(found.map(({ signal }) => signal)).toEqual(stale);
});
