import { afterEach, expect, test } from "vitest";
import type { Progress } from "../../cli/verify/progress.ts";
import { type VerifyOptions, verify } from "../../cli/verify/run.ts";
import type { VerifyFacts } from "../../telemetry/facts.ts";
import { knownFailure } from "../support/known-failures.ts";
import { bareFacts, factsOf } from "./support/facts.ts";
import { healthyHost } from "./support/healthy-host.ts";
import { type StandIn, type StandInData, startSinkStandIn } from "./support/sink-stand-in.ts";

const open: StandIn[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((standIn) => standIn.close()));
});

const once = { timeoutSeconds: 0, pollSeconds: 0.02 };
const few: VerifyFacts = { ...bareFacts, pipelines: ["host", "containers"] };

async function start(data: StandInData) {
  const standIn = await startSinkStandIn(data);
  open.push(standIn);
  return { ...standIn, sinks: { metrics: standIn.sink, logs: standIn.sink } };
}

test.each(["svlnas", "svlazext", "local"] as const)("everything of %s arrives", async (stack) => {
  const { sinks } = await start(healthyHost(stack));
  const results = await verify(sinks, factsOf(stack), once);
  expect(results.filter(({ state }) => state !== "ok")).toEqual([]);
  expect(results.at(0)).toMatchObject({
    signal: "host",
    ageSeconds: 12,
    count: 42,
    unit: "series",
  });
  expect(results.at(1)).toMatchObject({ signal: "containers", count: 1, unit: "lines" });
  expect(results.at(1)?.ageSeconds).toBeCloseTo(30, 0);
});

test("waits for what comes late, and says so meanwhile", async () => {
  const healthy = healthyHost("svlnas");
  const data: StandInData = { ...healthy, logs: () => [] };
  const { sinks } = await start(data);
  const seen: Progress[] = [];
  const results = await verify(sinks, few, {
    timeoutSeconds: 10,
    pollSeconds: 0.02,
    onProgress: (progress) => {
      seen.push(progress);
      if (progress.kind === "waiting") data.logs = healthy.logs;
    },
  });
  expect(results.slice(0, 2).map(({ state }) => state)).toEqual(["ok", "ok"]);
  expect(seen.map(({ kind }) => kind)).toEqual(["settled", "waiting", "settled", "checking"]);
  expect(seen[1]).toMatchObject({ titles: ["container logs"], problem: undefined });
});

test("missing, stale and down when the time is up; the self checks wait for Alloy's metrics", async () => {
  const data = healthyHost("svlnas", {
    'time() - (max(timestamp(node_uname_info{job="integrations/node_exporter"': [],
    'time() - (max(timestamp(up{job="traefik"': [[{}, 900]],
    'pg_up{job="postgres_immich",instance="immich-db",host="svlnas"} == 1': [],
    'time() - (max(timestamp(up{job="alloy"': [],
  });
  const { sinks, asked } = await start(data);
  const results = await verify(sinks, factsOf("svlnas"), {
    timeoutSeconds: 0.1,
    pollSeconds: 0.02,
  });
  const wrong = results.filter(({ state }) => state !== "ok");
  expect(wrong.map(({ signal, state }) => [signal, state])).toEqual([
    ["host", "missing"],
    ["traefik", "stale"],
    ["postgres_immich-db", "missing"],
    ["self", "missing"],
    ["self-checks", "warning"],
  ]);
  expect(asked.filter((query) => query.includes("loki_write"))).toEqual([]);
});

test("a refused password ends the wait at once, with one sentence a row", async () => {
  const { sinks } = await start(healthyHost("svlnas"));
  const metrics = { ...sinks.metrics, password: "wrong-secret" };
  const begin = Date.now();
  const results = await verify({ ...sinks, metrics }, few, { timeoutSeconds: 60 });
  expect(Date.now() - begin).toBeLessThan(10_000);
  expect(results[0]).toMatchObject({
    signal: "host",
    state: "missing",
    advice: `The metrics sink ${metrics.queryUrl} refuses the user name or password (401): it wants a read token with the scope metrics:read, a write token can't ask.`,
  });
  expect(results[1]).toMatchObject({ signal: "containers", state: "ok" });
  expect(JSON.stringify(results)).not.toContain("wrong-secret");
});

knownFailure("verify waits for a read token that is new", async () => {
  const data = healthyHost("svlnas");
  data.fault = { status: 401, body: "" };
  const { sinks } = await start(data);
  // The deployment began a minute ago, and its token is known a moment later.
  const options = { timeoutSeconds: 10, pollSeconds: 0.02, since: Date.now() - 60_000 };
  const known = setTimeout(() => {
    delete data.fault;
  }, 200);
  const results = await verify(sinks, few, options).finally(() => clearTimeout(known));
  expect(results.filter(({ advice }) => /refuses/.test(advice ?? ""))).toEqual([]);
});

test("an unreachable sink is asked again until the time is up", async () => {
  const { sinks, close } = await start(healthyHost("svlnas"));
  await close();
  const seen: Progress[] = [];
  const onProgress = (progress: Progress) => seen.push(progress);
  const options = { timeoutSeconds: 0.1, pollSeconds: 0.02, onProgress };
  const [host] = await verify(sinks, few, options);
  const sentence =
    /^The metrics sink http:\/\/127\.0\.0\.1:\d+ could not be reached: .*ECONNREFUSED.*\.$/;
  expect(host).toMatchObject({ state: "missing", advice: expect.stringMatching(sentence) });
  expect(seen[0]).toMatchObject({ kind: "waiting", problem: expect.stringMatching(sentence) });
});

test.each([
  [503, "upstream down\nmore", "answers 503: upstream down more.", false],
  [429, "too many", "answers 429: too many.", false],
  [400, "parse error.", "answers 400: parse error.", true],
  [404, "", "has no /api/v1/query (404): its URL must be the part before.", true],
  [200, "<html>log in</html>", "answers something else than JSON", true],
])("a sink that answers %d %j", async (status, body, text, final) => {
  const { sinks } = await start({ ...healthyHost("svlnas"), fault: { status, body } });
  const seen: Progress[] = [];
  const onProgress = (progress: Progress) => seen.push(progress);
  const facts: VerifyFacts = { ...few, pipelines: ["host"] };
  const [host] = await verify(sinks, facts, {
    timeoutSeconds: 0.05,
    pollSeconds: 0.02,
    onProgress,
  });
  expect(host?.advice).toContain(text);
  expect(seen.some(({ kind }) => kind === "waiting")).toBe(!final);
});

test("lines of what is excluded are waited out; when the time is up they fail", async () => {
  const exclude = { containers: ["vaultwarden"], composeServices: [] };
  const facts: VerifyFacts = { ...few, logs: { ...few.logs, exclude } };
  const healthy = healthyHost("svlnas");
  const late: StandInData["logs"] = (query) =>
    query.includes("vaultwarden") ? [[{ container: "vaultwarden" }, 5]] : healthy.logs(query);
  const data: StandInData = { ...healthy, logs: late };
  const { sinks } = await start(data);
  const row = async (options: VerifyOptions) =>
    (await verify(sinks, facts, options)).find(({ signal }) => signal === "log-privacy");

  expect(await row(once)).toMatchObject({ state: "unwanted", count: 1 });

  const seen: Progress[] = [];
  const onProgress = (progress: Progress) => {
    seen.push(progress);
    if (progress.kind === "waiting") data.logs = healthy.logs;
  };
  expect(await row({ pollSeconds: 0.02, onProgress })).toMatchObject({ state: "ok", count: 0 });
  expect(seen.map(({ kind }) => kind)).toEqual(["settled", "settled", "checking", "waiting"]);
  expect(seen.at(-1)).toMatchObject({
    titles: ["the last lines of container vaultwarden to pass"],
  });
});

test("after a change of agents, what the old one sent proves nothing", async () => {
  const { sinks } = await start(healthyHost("svlnas"));
  const states = async (secondsAgo: number) => {
    const since = Date.now() - secondsAgo * 1000;
    const results = await verify(sinks, factsOf("svlnas"), { ...once, since });
    return results.filter(({ state }) => state === "stale").map(({ signal }) => signal);
  };
  // Metrics are 12 s old, lines 30 s; the journal and GitHub may come seldom.
  expect(await states(60)).toEqual([]);
  expect(await states(20)).toEqual(["containers"]);
  expect(await states(5)).toEqual([
    ...["host", "containers", "traefik"],
    ...["postgres_immich", "postgres_immich-db", "postgres_outline", "postgres_outline-db"],
    "self",
  ]);
});
