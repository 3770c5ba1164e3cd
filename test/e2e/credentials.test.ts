import { randomBytes } from "node:crypto";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { queryLogs, queryMetrics } from "../../cli/verify/sink-queries.ts";
import { withSimulatedCloud } from "../../lab/settings.ts";
import type { StackSettings } from "../../lab/stack.ts";
import { joinFrontend } from "../../lab/world.ts";
import { pipelineDirectory } from "../../pipelines/pipeline-files.ts";
import { arrived } from "../support/arrived.ts";
import { knownFailure } from "../support/known-failures.ts";
import { counter } from "./support/agent.ts";
import { fastPipelines } from "./support/fast-pipelines.ts";
import { emptyLab, removeTraefik, settingsOf, type TestLab } from "./support/lab.ts";
import { greatestGap, sampleTimes } from "./support/raw-samples.ts";
import { compose, removeWriters, writer } from "./support/writers.ts";

const HOST = `tokens-${randomBytes(3).toString("hex")}`;
const COUNTER = `${HOST}-counter`;
const REGION = "prod-eu-west-2";
/** Stands for the 60 s between two scrapes. */
const SCRAPE = 10;
/** How late the sinks know new tokens of the first deployment and the first rotation, in s. */
const LATE = 10;

let lab: TestLab;
let settings: StackSettings;
let directory: string;
let pipelines: string;

beforeAll(async () => {
  lab = await emptyLab();
  settings = await settingsOf(lab, "local", (given) =>
    withSimulatedCloud(
      {
        ...given,
        host: {
          ...(given.host as object),
          name: HOST,
          directory: join(lab.facts.hostDirectory, HOST, "alloy"),
        },
        pipelines: ["containers", "self"],
        postgres: [],
      },
      lab.cloud,
    ),
  );
  directory = (settings.host as { directory: string }).directory;
  pipelines = await fastPipelines(pipelineDirectory, SCRAPE);
  const script = `i=0; while :; do i=$((i+1)); echo "count ${HOST} $i"; sleep 0.1; done`;
  await writer(lab, { name: COUNTER, script, labels: compose("tokens", "counter") });
});

afterAll(async () => {
  await removeWriters(lab, [COUNTER]);
  await rm(directory, { recursive: true, force: true });
  await rm(pipelines, { recursive: true });
  await lab.close();
});

/** The stack with tokens of another lifetime, which replaces them as their window does. */
const withLifetime = (tokenLifetime: string, allowedSubnets: string[] = []): Promise<Stack> =>
  lab.stack(
    "local",
    {
      ...settings,
      grafanaCloud: { ...(settings.grafanaCloud as object), tokenLifetime, allowedSubnets },
    },
    pipelines,
  );

const hostToken = () => readFile(join(directory, "secrets", "metrics-password"), "utf8");
const pushes = (token: string) => lab.cloud.cloud.takes(token, "metrics:write");

/** What a sink answers to a push with a token. */
async function pushStatus(
  { queryUrl, username }: { queryUrl: string; username: string },
  token: string,
) {
  const headers = { authorization: `Basic ${btoa(`${username}:${token}`)}` };
  return (await fetch(`${queryUrl}/api/v1/write`, { method: "POST", headers })).status;
}

const up = `up{host="${HOST}",job="alloy"}`;
const newSample = async (seconds: number) => {
  const since = `timestamp(${up}) > ${Date.now() / 1000}`;
  await arrived("a new sample", seconds, () => queryMetrics(lab.world.metrics, since));
};

/** Numbers that arrived of the container that counts, in order. */
const numbers = async () => {
  const selector = `{host="${HOST}",container="${COUNTER}"}`;
  const lines = await queryLogs(lab.world.logs, selector, { limit: 5000 });
  return lines.map(({ line }) => Number(line.split(" ")[2])).sort((a, b) => a - b);
};

/** Waits for a line that is written from now on, then asserts that all are there, once. */
async function expectAllLines(): Promise<void> {
  const written = await lab.client.getContainer(COUNTER).logs({ stdout: true, tail: 1 });
  const newest = Number(written.toString().trim().split(" ").at(-1));
  await arrived(`line ${newest}`, 60, async () =>
    ((await numbers()).at(-1) ?? 0) >= newest ? [1] : [],
  );
  const found = await numbers();
  const first = found[0] ?? 0;
  expect(found).toEqual(found.map((_, index) => first + index));
}

const lost = async () => ({
  samples: await counter(lab, "prometheus_remote_storage_samples_failed_total"),
  lines: await counter(lab, "loki_write_dropped_entries_total"),
});

const kept = async () => (await readdir(join(directory, "secrets"))).sort();

describe("tokens of Grafana Cloud", () => {
  let began = 0;
  let first = "";

  test("the first deployment loses nothing with tokens that the sinks know 10 s late", async () => {
    began = Date.now();
    await lab.cloud.tokensKnownAfter(LATE);
    await (await withLifetime("2000h")).up();
    expect(Date.now() - began).toBeGreaterThan(LATE * 1000);
    await joinFrontend(lab.docker);
    await newSample(SCRAPE + 30);
    expect(await counter(lab, "loki_write_sent_entries_total")).toBeGreaterThan(0);
    expect(await lost()).toEqual({ samples: 0, lines: 0 });
    first = await hostToken();
    expect(pushes(first)).toBe(true);
    expect(await kept()).toEqual(["logs-password", "metrics-password"]);
  });

  test("the host's can write alone, verify's can read alone", () => {
    const policies = lab.cloud.cloud.policies(REGION);
    const scopes = policies.map(({ name, scopes }) => [name, ...scopes]);
    expect(scopes).toContainEqual([`alloy-${HOST}`, "logs:write", "metrics:write"]);
    expect(scopes).toContainEqual([`alloy-${HOST}-verify`, "logs:read", "metrics:read"]);
    expect(lab.cloud.cloud.takes(first, "metrics:read")).toBe(false);
  });

  test("a rotation under load loses no sample and no line, then the old one is refused", async () => {
    const { summary } = await (await withLifetime("2001h")).up();
    await lab.cloud.tokensKnownAfter(0);
    // Both tokens; what asks the sinks of the host's, writes it as two files, and proves it.
    expect(summary.resourceChanges).toMatchObject({ update: 4, replace: 2 });
    const second = await hostToken();
    expect(second).not.toBe(first);
    expect([pushes(first), pushes(second)]).toEqual([false, true]);
    expect(await pushStatus(lab.world.metrics, first)).toBe(401);
    expect(await kept()).toEqual(["logs-password", "metrics-password"]);
    await newSample(SCRAPE + 30);
    const [times = []] = await sampleTimes(lab.world.metrics, up, (Date.now() - began) / 1000);
    expect(times.length).toBeGreaterThanOrEqual(2);
    expect(greatestGap(times)).toBeLessThan(SCRAPE + 5);
    await expectAllLines();
    expect(await lost()).toEqual({ samples: 0, lines: 0 });
  });

  test("nothing is done when nothing is due", async () => {
    const { summary } = await (await withLifetime("2001h")).up();
    expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
  });

  const refused = (rest: string) =>
    new RegExp(
      `/(api/prom/push refuses samples|loki/api/v1/push refuses lines) with the new token\\. ${rest} When that is mended: pulumi up --stack local`,
    );

  test("a new one that the sinks refuse is not given to the host, and the old one goes on", async () => {
    const old = await hostToken();
    await lab.cloud.tokensKnownAfter(Number.POSITIVE_INFINITY);
    try {
      const failed = (await withLifetime("2002h")).up();
      await expect(failed).rejects.toThrow(refused("The host was not given it\\."));
      expect(await hostToken()).toBe(old);
      expect(pushes(old)).toBe(true);
      expect(await lost()).toEqual({ samples: 0, lines: 0 });
    } finally {
      await lab.cloud.tokensKnownAfter(0);
    }
    await (await withLifetime("2002h")).up();
    expect(await hostToken()).not.toBe(old);
    expect(pushes(old)).toBe(false);
  });

  test("where the host alone can ask, a refused one fails the update there, and the old one goes on", async () => {
    const subnets = ["203.0.113.7/32"];
    await (await withLifetime("2002h", subnets)).up();
    const old = await hostToken();
    await lab.cloud.tokensKnownAfter(Number.POSITIVE_INFINITY);
    try {
      const failed = (await withLifetime("2003h", subnets)).up();
      await expect(failed).rejects.toThrow(
        refused("The old token was put back on the host and is still good\\."),
      );
      expect(await hostToken()).toBe(old);
      expect(pushes(old)).toBe(true);
      expect(await pushStatus(lab.world.metrics, old)).not.toBe(401);
    } finally {
      await lab.cloud.tokensKnownAfter(0);
    }
    await (await withLifetime("2003h", subnets)).up();
    expect(await hostToken()).not.toBe(old);
    expect(pushes(old)).toBe(false);
    expect(pushes(await hostToken())).toBe(true);
  });

  test("destroy revokes both, and takes the policies along", async () => {
    const token = await hostToken();
    await removeTraefik(lab);
    await (await withLifetime("2003h")).destroy();
    const { cloud } = lab.cloud;
    const left = [...cloud.policies(REGION), ...cloud.tokens(REGION)].map(({ name }) => name);
    expect(left.filter((name) => name.startsWith("alloy-"))).toEqual([]);
    expect(await pushStatus(lab.world.metrics, token)).toBe(401);
  });

  knownFailure("a first deployment waits for tokens that the sinks know 45 s late", async () => {
    await lab.cloud.tokensKnownAfter(45);
    const stack = await withLifetime("2004h");
    try {
      await stack.up();
    } finally {
      await lab.cloud.tokensKnownAfter(0);
      await removeTraefik(lab);
      await stack.destroy();
    }
  });
});
