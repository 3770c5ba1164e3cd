import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { targetOf } from "../../cli/verify/outputs.ts";
import type { Result } from "../../cli/verify/result.ts";
import { verify } from "../../cli/verify/run.ts";
import { queryLogs, queryMetrics } from "../../cli/verify/sink-queries.ts";
import { until } from "../../lab/processes.ts";
import { outputsOf, type StackSettings } from "../../lab/stack.ts";
import { joinFrontend } from "../../lab/world.ts";
import { pipelineDirectory } from "../../pipelines/pipeline-files.ts";
import { arrived } from "../support/arrived.ts";
import { counter } from "./support/agent.ts";
import { sentTwice } from "./support/cloud-logs.ts";
import { inDockerd } from "./support/dockerd.ts";
import { fastPipelines } from "./support/fast-pipelines.ts";
import { emptyLab, removeTraefik, settingsOf, type TestLab } from "./support/lab.ts";
import { greatestGap, sampleTimes } from "./support/raw-samples.ts";
import { compose, removeWriters, writer } from "./support/writers.ts";

/** `PIPELINES=dir` runs the same faults over other pipeline files. */
const source = process.env.PIPELINES ?? pipelineDirectory;

/** How long the sinks are away, in s. `OUTAGE_SECONDS=600` is the outage that the agent has to outlive. */
const OUTAGE = Number(process.env.OUTAGE_SECONDS ?? 30);
/** Stands for the 60 s between two scrapes. */
const SCRAPE = 10;

const HOST = `faults-${randomBytes(3).toString("hex")}`;
const mark = randomBytes(6).toString("hex");
const COUNTER = `faults-counter-${mark}`;
const BURST = `faults-burst-${mark}`;

let lab: TestLab;
let stack: Stack;
let settings: StackSettings;
let directory: string;
let unmountData: () => Promise<void>;
let pipelines: string;

beforeAll(async () => {
  lab = await emptyLab();
  settings = await settingsOf(lab, "local", (given) => ({
    ...given,
    host: { ...(given.host as object), name: HOST },
    pipelines: ["host", "containers", "journal", "self"],
    postgres: [],
  }));
  const host = settings.host as { directory: string };
  directory = host.directory.replace("/local/", `/${HOST}/`);
  host.directory = directory;
  unmountData = await ownDisk(join(directory, "data"), 64);
  pipelines = await fastPipelines(source, SCRAPE);
  stack = await lab.stack("local", settings, pipelines);
  await stack.up();
  await joinFrontend(lab.docker);
  const script = `i=0; while :; do i=$((i+1)); echo "count ${mark} $i"; sleep 1; done`;
  await writer(lab, { name: COUNTER, script, labels: compose("faults", "counter") });
  await arrived("the first lines", 120, () => lines());
  await arrived("the first samples", 180, () => queryMetrics(lab.world.metrics, up));
});

afterAll(async () => {
  await removeWriters(lab, [COUNTER, BURST]);
  await removeTraefik(lab);
  await stack.destroy();
  await unmountData();
  await rm(directory, { recursive: true });
  await rm(pipelines, { recursive: true });
  await lab.close();
});

const up = `up{host="${HOST}",job=~"alloy|integrations/node_exporter"}`;

const lines = (sink = lab.world.logs) =>
  queryLogs(sink, `{host="${HOST}",container="${COUNTER}"}`, { limit: 5000 });

/** The numbers that arrived, in order. */
const numbers = async (sink = lab.world.logs) =>
  (await lines(sink)).map(({ line }) => Number(line.split(" ")[2])).sort((a, b) => a - b);

/** Waits until the counter's newest line is one written after now, then asserts that all are there, once. */
async function expectAllLines(seconds: number, sink = lab.world.logs): Promise<void> {
  const written = await lab.client.getContainer(COUNTER).logs({ stdout: true, tail: 1 });
  const newest = Number(written.toString().trim().split(" ").at(-1));
  await arrived(`line ${newest}`, seconds, async () => {
    const found = await numbers(sink);
    return (found.at(-1) ?? 0) >= newest ? [1] : [];
  });
  const found = await numbers(sink);
  expect(found).toEqual(Array.from({ length: found.length }, (_, index) => index + 1));
}

const inspect = async () => {
  const { Id, State, RestartCount } = await lab.client.getContainer("alloy").inspect();
  return { id: Id, started: State.StartedAt, restarts: RestartCount, pid: State.Pid };
};

describe("the agent loses nothing when", () => {
  test(
    `the sinks are away for ${OUTAGE} s`,
    async () => {
      const begin = Date.now();
      const sinks = lab.client.getContainer("lab-sinks");
      await sinks.stop();
      await sleep(OUTAGE * 1000);
      const size = await bytesIn(join(directory, "data"));
      await sinks.start();
      const answers = () => lines().then(Boolean, () => false);
      expect(await until(answers, 30)).toBe(true);
      const back = Date.now() / 1000;
      const newest = `timestamp(${up}) > ${back}`;
      await arrived("samples after the outage", 180, async () => {
        const found = await queryMetrics(lab.world.metrics, newest);
        return found.length === 2 ? found : [];
      });
      const seconds = (Date.now() - begin) / 1000 + SCRAPE;
      for (const times of await sampleTimes(lab.world.metrics, up, seconds)) {
        expect(times.length).toBeGreaterThanOrEqual(Math.floor(OUTAGE / SCRAPE));
        expect(greatestGap(times)).toBeLessThan(SCRAPE + 5);
      }
      await expectAllLines(120);
      expect(await counter(lab, "loki_write_dropped_entries_total")).toBe(0);
      // About 1,000 series: 20 MB are 1,440 samples of each, at one a minute the 8 h that are kept.
      expect(size).toBeLessThan(20 * 1024 * 1024);
    },
    (OUTAGE + 600) * 1000,
  );

  test("it is killed, and is running again by itself: no line lost, and no more sent twice than was read since the positions", async () => {
    const before = await inspect();
    const positions = join(directory, "data/data/loki.source.docker.containers/positions.yml");
    const writtenAt = async () => (await inDockerd(["stat", "-c", "%.Y", positions])).stdout;
    const last = await writtenAt();
    expect(await until(async () => (await writtenAt()) !== last, 30)).toBe(true);
    // What is before these positions has left by then: a batch waits for a second at most.
    await sleep(3000);
    const twice = await sentTwice(COUNTER);
    process.kill(before.pid, "SIGKILL");
    const restarted = async () => (await inspect()).restarts === before.restarts + 1;
    expect(await until(restarted, 60)).toBe(true);
    // Lines that the new process alone can have read.
    await sleep(5000);
    await expectAllLines(120);
    // The counter writes a line a second, and positions are written every 10 s; Loki drops what it has.
    const again = (await sentTwice(COUNTER)) - twice;
    expect(again).toBeLessThanOrEqual(10);
  });

  test("the socket proxy is restarted", async () => {
    const before = await inspect();
    const twice = await sentTwice(COUNTER);
    await lab.client.getContainer("alloy-docker-proxy").restart();
    await sleep(5000);
    await expectAllLines(120);
    // Those of the second in which it was restarted, and never the whole log.
    expect((await sentTwice(COUNTER)) - twice).toBeLessThanOrEqual(3);
    expect(await inspect()).toEqual(before);
  });

  test("a container logs 10,000 lines a second for half a minute", async () => {
    const before = await inspect();
    const second = `awk -v s=$s 'BEGIN { for (i = 0; i < 10000; i++) print "burst ${mark} " s "-" i }'`;
    const script = `for s in $(seq 30); do ${second}; sleep 0.8; done; sleep 86400`;
    await writer(lab, { name: BURST, script });
    const logs = { ...lab.world.logs, queryUrl: `${lab.world.logs.queryUrl}/loki` };
    const count = `sum(count_over_time({host="${HOST}",container="${BURST}"}[30m]))`;
    await arrived("300,000 lines", 240, async () => {
      const [found] = await queryMetrics(logs, count);
      return found && found.value >= 300_000 ? [found] : [];
    });
    expect((await queryMetrics(logs, count))[0]?.value).toBe(300_000);
    await expectAllLines(60);
    expect(await inspect()).toEqual(before);
  });

  test("its token is rotated: no gap, no restart, the old one no longer used", async () => {
    const before = await inspect();
    const begin = Date.now();
    const refused = () => counter(lab, "loki_write_dropped_entries_total");
    const refusedBefore = await refused();
    const password = `glc_lab_rotated_${mark}`;
    await lab.acceptToken(password);
    const rotated = { ...settings, metricsPassword: password, logsPassword: password };
    const { summary } = await (await lab.stack("local", rotated, pipelines)).up();
    // The question to the sinks, the two files, and the proof that what is sent with them is accepted.
    expect(summary.resourceChanges).toMatchObject({ update: 4 });
    await lab.refuseOthers(password);
    try {
      const metrics = { ...lab.world.metrics, password };
      const since = `timestamp(${up}) > ${Date.now() / 1000}`;
      await arrived("samples with the new token", 120, async () => {
        const found = await queryMetrics(metrics, since);
        return found.length === 2 ? found : [];
      });
      const seconds = (Date.now() - begin) / 1000 + 2 * SCRAPE;
      for (const times of await sampleTimes(metrics, up, seconds)) {
        expect(greatestGap(times)).toBeLessThan(SCRAPE + 5);
      }
      await expectAllLines(60, { ...lab.world.logs, password });
      expect((await refused()) - refusedBefore).toBe(0);
      expect(await inspect()).toEqual(before);
    } finally {
      await lab.acceptToken(password);
    }
  });
});

test("a full disk under its data directory shows, harms nothing, and what it breaks is told", async () => {
  const before = await inspect();
  const room = join(directory, "data", "filling");
  const found = await inDockerd(["dd", "if=/dev/zero", `of=${room}`, "bs=1M"], { reject: false });
  expect(found.stderr).toContain("No space left on device");
  const [row] = await arrived("the row of the full disk", 180, () => wrong("disk-full"));
  expect(row?.advice).toContain(`The disk of the service's data directory on ${HOST} was full`);
  const uncommitted = `{host="${HOST}",container="alloy"} |= "Scrape commit failed"`;
  await arrived("a scrape that finds no room", 90, () => queryLogs(lab.world.logs, uncommitted));
  expect(await inspect()).toEqual(before);
  await inDockerd(["rm", room]);
  const since = `timestamp(${up}) > ${Date.now() / 1000}`;
  const samples = () => queryMetrics(lab.world.metrics, since);
  // The last record that was half written may have damaged the log: then verify says what to do.
  await arrived("samples, or the row of the damaged log", 180, async () => [
    ...(await samples()),
    ...(await wrong("wal-damaged")),
  ]);
  if ((await samples()).length === 0) {
    const [damaged] = await wrong("wal-damaged");
    expect(damaged?.advice).toContain("`docker restart alloy` there repairs it");
    await lab.client.getContainer("alloy").restart({ t: 30 });
    await arrived("samples after the repair", 180, samples);
  }
  await expectAllLines(60);
});

/** Rows of a check that are not ok now. */
async function wrong(check: string): Promise<Result[]> {
  const { sinks, facts } = targetOf("local", await outputsOf(stack));
  const results = await verify(sinks, facts, { timeoutSeconds: 0 });
  return results.filter(({ signal, state }) => signal === check && state !== "ok");
}

/** Bytes of all files below a directory, as the engine's mounts show it. */
async function bytesIn(path: string): Promise<number> {
  const { stdout } = await inDockerd(["du", "-sb", path]);
  return Number(stdout.split("\t")[0]);
}

/** A small disk of its own for a directory; answers what takes it away. */
async function ownDisk(path: string, megabytes: number): Promise<() => Promise<void>> {
  await inDockerd(["mkdir", "-p", path]);
  await inDockerd(["mount", "-t", "tmpfs", "-o", `size=${megabytes}m`, "alloy-data", path]);
  return async () => {
    await inDockerd(["umount", path]);
  };
}
