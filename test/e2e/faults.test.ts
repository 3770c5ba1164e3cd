import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { targetOf } from "../../cli/verify/outputs.ts";
import type { Result } from "../../cli/verify/result.ts";
import { verify } from "../../cli/verify/run.ts";
import { queryLogs, queryMetrics } from "../../cli/verify/sink-queries.ts";
import { until } from "../../lab/processes.ts";
import { outputsOf } from "../../lab/stack.ts";
import { arrived } from "../support/arrived.ts";
import { counter } from "./support/agent.ts";
import { inDockerd } from "./support/dockerd.ts";
import type { TestLab } from "./support/lab.ts";
import { lineCounter } from "./support/line-counter.ts";
import { type OwnHost, ownHost } from "./support/own-host.ts";
import { greatestGap, sampleTimes } from "./support/raw-samples.ts";
import { removeWriters, writer } from "./support/writers.ts";

/** How long the sinks are away, in s. `OUTAGE_SECONDS=600` is the outage that the agent has to outlive. */
const OUTAGE = Number(process.env.OUTAGE_SECONDS ?? 30);
/** Stands for the 60 s between two scrapes. */
const SCRAPE = 10;

let host: OwnHost;
let lab: TestLab;
let data: string;
let unmountData: () => Promise<void>;
let counting: Awaited<ReturnType<typeof lineCounter>>;
let up: string;
let burst: string;

beforeAll(async () => {
  host = await ownHost({
    prefix: "faults",
    scrapeSeconds: SCRAPE,
    settings: (_, given) => ({
      ...given,
      pipelines: ["host", "containers", "journal", "self"],
      postgres: [],
    }),
  });
  lab = host.lab;
  up = `up{host="${host.name}",job=~"alloy|integrations/node_exporter"}`;
  burst = `${host.name}-burst`;
  data = join(host.directory, "data");
  unmountData = await ownDisk(data, 64);
  await host.deploy();
  counting = await lineCounter(host, 1);
  await arrived("the first lines", 120, () => counting.numbers());
  await arrived("the first samples", 180, () => queryMetrics(lab.world.metrics, up));
});

afterAll(async () => {
  await removeWriters(lab, [counting.name, burst]);
  await host.undeploy();
  await unmountData();
  await host.remove();
});

/** Waits for a sample of each of the two series that is newer than this call. */
async function newSamples(what: string, seconds: number, sink = lab.world.metrics): Promise<void> {
  const since = `timestamp(${up}) > ${Date.now() / 1000}`;
  await arrived(what, seconds, async () => {
    const found = await queryMetrics(sink, since);
    return found.length === 2 ? found : [];
  });
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
      const size = await bytesIn(data);
      await sinks.start();
      const answers = () => counting.numbers().then(Boolean, () => false);
      expect(await until(answers, 30)).toBe(true);
      await newSamples("samples after the outage", 180);
      const seconds = (Date.now() - begin) / 1000 + SCRAPE;
      for (const times of await sampleTimes(lab.world.metrics, up, seconds)) {
        expect(times.length).toBeGreaterThanOrEqual(Math.floor(OUTAGE / SCRAPE));
        expect(greatestGap(times)).toBeLessThan(SCRAPE + 5);
      }
      await counting.expectAll(120);
      expect(await counter(lab, "loki_write_dropped_entries_total")).toBe(0);
      // About 1,000 series: 20 MB are 1,440 samples of each, at one a minute the 8 h that are kept.
      expect(size).toBeLessThan(20 * 1024 * 1024);
    },
    (OUTAGE + 600) * 1000,
  );

  test("it is killed, and is running again by itself: no line lost, and no more sent twice than was read since the positions", async () => {
    const before = await inspect();
    const positions = join(data, "data/loki.source.docker.containers/positions.yml");
    const writtenAt = async () => (await inDockerd(["stat", "-c", "%.Y", positions])).stdout;
    const last = await writtenAt();
    expect(await until(async () => (await writtenAt()) !== last, 30)).toBe(true);
    // What is before these positions has left by then: a batch waits for a second at most.
    await sleep(3000);
    const twice = await counting.sentTwice();
    process.kill(before.pid, "SIGKILL");
    const restarted = async () => (await inspect()).restarts === before.restarts + 1;
    expect(await until(restarted, 60)).toBe(true);
    // Lines that the new process alone can have read.
    await sleep(5000);
    await counting.expectAll(120);
    // The counter writes a line a second, and positions are written every 10 s; Loki drops what it has.
    const again = (await counting.sentTwice()) - twice;
    expect(again).toBeLessThanOrEqual(10);
  });

  test("the socket proxy is restarted", async () => {
    const before = await inspect();
    const twice = await counting.sentTwice();
    await lab.client.getContainer("alloy-docker-proxy").restart();
    await sleep(5000);
    await counting.expectAll(120);
    // Those of the second in which it was restarted, and never the whole log.
    expect((await counting.sentTwice()) - twice).toBeLessThanOrEqual(3);
    expect(await inspect()).toEqual(before);
  });

  test("a container logs 10,000 lines a second for half a minute", async () => {
    const before = await inspect();
    const second = `awk -v s=$s 'BEGIN { for (i = 0; i < 10000; i++) print "burst " s "-" i }'`;
    const script = `for s in $(seq 30); do ${second}; sleep 0.8; done; sleep 86400`;
    await writer(lab, { name: burst, script });
    const logs = { ...lab.world.logs, queryUrl: `${lab.world.logs.queryUrl}/loki` };
    const count = `sum(count_over_time({host="${host.name}",container="${burst}"}[30m]))`;
    await arrived("300,000 lines", 240, async () => {
      const [found] = await queryMetrics(logs, count);
      return found && found.value >= 300_000 ? [found] : [];
    });
    expect((await queryMetrics(logs, count))[0]?.value).toBe(300_000);
    await counting.expectAll(60);
    expect(await inspect()).toEqual(before);
  });

  test("its token is rotated: no gap, no restart, the old one no longer used", async () => {
    const before = await inspect();
    const begin = Date.now();
    const refused = () => counter(lab, "loki_write_dropped_entries_total");
    const refusedBefore = await refused();
    const password = `glc_lab_rotated_${host.name}`;
    await lab.acceptToken(password);
    const rotated = { ...host.settings, metricsPassword: password, logsPassword: password };
    const { summary } = await (await host.stack(rotated)).up();
    // The question to the sinks, the two files, and the proof that what is sent with them is accepted.
    expect(summary.resourceChanges).toMatchObject({ update: 4 });
    await lab.refuseOthers(password);
    try {
      const metrics = { ...lab.world.metrics, password };
      await newSamples("samples with the new token", 120, metrics);
      const seconds = (Date.now() - begin) / 1000 + 2 * SCRAPE;
      for (const times of await sampleTimes(metrics, up, seconds)) {
        expect(greatestGap(times)).toBeLessThan(SCRAPE + 5);
      }
      await counting.expectAll(60, { ...lab.world.logs, password });
      expect((await refused()) - refusedBefore).toBe(0);
      expect(await inspect()).toEqual(before);
    } finally {
      await lab.acceptToken(password);
    }
  });
});

test("a full disk under its data directory shows, harms nothing, and what it breaks is told", async () => {
  const before = await inspect();
  const room = join(data, "filling");
  const found = await inDockerd(["dd", "if=/dev/zero", `of=${room}`, "bs=1M"], { reject: false });
  expect(found.stderr).toContain("No space left on device");
  const [row] = await arrived("the row of the full disk", 180, () => wrong("disk-full"));
  expect(row?.advice).toContain(
    `The disk of the service's data directory on ${host.name} was full`,
  );
  const uncommitted = `{host="${host.name}",container="alloy"} |= "Scrape commit failed"`;
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
  await counting.expectAll(60);
});

/** Rows of a check that are not ok now. */
async function wrong(check: string): Promise<Result[]> {
  const { sinks, facts } = targetOf("local", await outputsOf(await host.stack()));
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
