import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { queryMetrics } from "../../cli/verify/sink-queries.ts";
import { withSimulatedCloud } from "../../lab/settings.ts";
import { joinFrontend } from "../../lab/world.ts";
import { arrived } from "../support/arrived.ts";
import { counter } from "./support/agent.ts";
import { removeTraefik, type TestLab } from "./support/lab.ts";
import { lineCounter } from "./support/line-counter.ts";
import { type OwnHost, ownHost } from "./support/own-host.ts";
import { greatestGap, sampleTimes } from "./support/raw-samples.ts";
import { removeWriters } from "./support/writers.ts";

const REGION = "prod-eu-west-2";
/** Stands for the 60 s between two scrapes. */
const SCRAPE = 10;
/** How late the sinks know new tokens of the first deployment and the first rotation, in s. */
const LATE = 10;

let host: OwnHost;
let lab: TestLab;
let up: string;
let counting: Awaited<ReturnType<typeof lineCounter>>;

beforeAll(async () => {
  host = await ownHost({
    prefix: "tokens",
    scrapeSeconds: SCRAPE,
    settings: (_, given, { cloud }) =>
      withSimulatedCloud({ ...given, pipelines: ["containers", "self"], postgres: [] }, cloud),
  });
  lab = host.lab;
  up = `up{host="${host.name}",job="alloy"}`;
  counting = await lineCounter(host, 0.1);
});

afterAll(async () => {
  await removeWriters(lab, [counting.name]);
  await host.remove();
});

/** The stack with tokens of another lifetime, which replaces them as their window does. */
const withLifetime = (tokenLifetime: string, allowedSubnets: string[] = []): Promise<Stack> => {
  const given = { tokenLifetime, allowedSubnets, newTokenSeconds: 60 };
  const grafanaCloud = { ...(host.settings.grafanaCloud as object), ...given };
  return host.stack({ ...host.settings, grafanaCloud });
};

const secrets = () => join(host.directory, "secrets");
const hostToken = () => readFile(join(secrets(), "metrics-password"), "utf8");
const pushes = (token: string) => lab.cloud.cloud.takes(token, "metrics:write");

/** What a sink answers to a push with a token. */
async function pushStatus(
  { queryUrl, username }: { queryUrl: string; username: string },
  token: string,
) {
  const headers = { authorization: `Basic ${btoa(`${username}:${token}`)}` };
  return (await fetch(`${queryUrl}/api/v1/write`, { method: "POST", headers })).status;
}

const newSample = async (seconds: number) => {
  const since = `timestamp(${up}) > ${Date.now() / 1000}`;
  await arrived("a new sample", seconds, () => queryMetrics(lab.world.metrics, since));
};

const lost = async () => ({
  samples: await counter(lab, "prometheus_remote_storage_samples_failed_total"),
  lines: await counter(lab, "loki_write_dropped_entries_total"),
});

const kept = async () => (await readdir(secrets())).sort();

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
    expect(scopes).toContainEqual([`alloy-${host.name}`, "logs:write", "metrics:write"]);
    expect(scopes).toContainEqual([`alloy-${host.name}-verify`, "logs:read", "metrics:read"]);
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
    await counting.expectAll(60);
    expect(await lost()).toEqual({ samples: 0, lines: 0 });
  });

  test("nothing is done when nothing is due", async () => {
    const { summary } = await (await withLifetime("2001h")).up();
    expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
  });

  const refused = (rest: string) =>
    new RegExp(
      `/(api/prom/push refuses samples|loki/api/v1/push refuses lines) with the new token\\. ${rest} Once that is fixed: pulumi up --stack local`,
    );

  test("a new one that the sinks refuse is not given to the host, and the old one stays in use", async () => {
    const old = await hostToken();
    await lab.cloud.tokensKnownAfter(Number.POSITIVE_INFINITY);
    try {
      const failed = (await withLifetime("2002h")).up();
      await expect(failed).rejects.toThrow(refused("It was not put on the host\\."));
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

  test("where the host alone can ask, a refused one fails the update there, and the old one stays in use", async () => {
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

  test("a first deployment waits for tokens that the sinks know 45 s late", async () => {
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
