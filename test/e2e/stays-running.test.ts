import { appendFile, readdir, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { queryMetrics } from "../../cli/verify/sink-queries.ts";
import { privateEngine } from "../../lab/docker-engine/daemon.ts";
import { until } from "../../lab/processes.ts";
import { setAsideHours } from "../../telemetry/set-aside.ts";
import { arrived } from "../support/arrived.ts";
import { type OwnHost, ownHost } from "./support/own-host.ts";

/** The service runs on, or runs again, after what happens to hosts. */
let host: OwnHost;

beforeAll(async () => {
  host = await ownHost({
    prefix: "stays",
    scrapeSeconds: 10,
    settings: (_, { github: _github, githubToken: _token, ...given }) => ({
      ...given,
      pipelines: ["host", "containers", "self"],
      postgres: [],
    }),
  });
  await host.deploy();
});

afterAll(async () => {
  await host.remove();
});

const inspect = (name: string) => host.lab.client.getContainer(name).inspect();

/** The three containers: which they are, and which of them run. */
async function service() {
  const found = await Promise.all(["alloy", "alloy-docker-proxy", "alloy-init"].map(inspect));
  return found.map(({ Id, State }) => ({ id: Id, running: State.Running }));
}

/** An update, and what it warned of. */
async function up(): Promise<{ said: string; changes: unknown }> {
  let said = "";
  const stack: Stack = await host.stack();
  const { summary } = await stack.up({
    onOutput: (text) => {
      said += text;
    },
  });
  return { said, changes: Object.keys(summary.resourceChanges ?? {}) };
}

test.each([
  ["alloy", "exited"],
  ["alloy-docker-proxy", "exited"],
])("%s that has %s is started by an update, which changes nothing else", async (name, state) => {
  await host.lab.client.getContainer(name).stop();
  const { said, changes } = await up();
  expect(said).toContain(`${name} was found ${state} and was started.`);
  expect(changes).toEqual(["same"]);
  expect((await inspect(name)).State.Running).toBe(true);
  expect((await up()).said).not.toContain("was found");
});

test("an agent whose write-ahead log broke while it ran is started again by an update", async () => {
  const wal = join(host.directory, "data", "data", "prometheus.remote_write.grafana_cloud", "wal");
  const segments = (await readdir(wal)).filter((name) => /^\d+$/.test(name)).sort();
  await appendFile(join(wal, segments.at(-1) ?? ""), Buffer.alloc(64, 0xff));
  const alloy = host.lab.client.getContainer("alloy");
  const broken = async () => `${await alloy.logs({ stderr: true })}`.includes("error tailing WAL");
  expect(await until(broken, 90)).toBe(true);
  const since = Date.now() / 1000;
  expect((await up()).said).toContain(
    "alloy was found with a broken write-ahead log and was started.",
  );
  const sample = `timestamp(up{job="alloy",host="${host.name}"}) > ${since}`;
  await arrived("a sample", 60, () => queryMetrics(host.lab.world.metrics, sample));
  expect((await up()).said).not.toContain("was found");
});

test("a container that is gone is told with the command that makes it again", async () => {
  await host.lab.client.getContainer("alloy-docker-proxy").remove({ force: true });
  await expect(up()).rejects.toThrow(
    "The container alloy-docker-proxy is not on the host. This makes it again: pulumi up --stack local --refresh",
  );
  const stack = await host.stack();
  await stack.up({ refresh: true });
});

test.each([
  ["a positions file of half a document", "loki.source.docker.containers/positions.yml"],
  ["a write-ahead log without a segment", "prometheus.remote_write.grafana_cloud/wal"],
])("%s is put aside, and the agent starts", async (_, path) => {
  const alloy = host.lab.client.getContainer("alloy");
  await alloy.stop();
  const broken = join(host.directory, "data", "data", path);
  if (path.endsWith(".yml")) await writeFile(broken, 'positions:\n  ? path: "cur');
  else await rename(join(broken, "00000000"), join(broken, "00000007"));
  await alloy.start();
  const restarted = async () => (await inspect("alloy")).RestartCount > 0;
  expect(await until(restarted, 60)).toBe(true);
  const { said } = await up();
  expect(said).toMatch(
    new RegExp(`Alloy could not read data/${path}. It is kept as .*-\\d+T\\d+Z`),
  );
  const kept = await readdir(dirname(broken));
  expect(kept.filter((name) => name.includes(".unreadable-"))).toHaveLength(1);
  expect((await up()).said).not.toContain("was found");
  await arrived(`that ${path} was put aside`, 60, async () => {
    const samples = await queryMetrics(host.lab.world.metrics, setAsideHours({ host: host.name }));
    return samples.filter(({ labels, value }) => labels.path === `data/${path}` && value < 1);
  });
});

test("an agent that does not start is named with its last lines", async () => {
  const alloy = host.lab.client.getContainer("alloy");
  const current = join(host.directory, "config", "current");
  const version = await readlink(current);
  await rm(current);
  await symlink("versions/nowhere", current);
  try {
    await alloy.restart();
    await expect(up()).rejects.toThrow(
      /\/etc\/alloy\/current.*alloy was found restarting.* and does not start/s,
    );
  } finally {
    await rm(current);
    await symlink(version, current);
  }
  await up();
});

// The lab's other containers, which no policy restarts, are started again by the next file's lab.
describe("when Docker's daemon was restarted", () => {
  let before: Awaited<ReturnType<typeof service>>;

  beforeEach(async () => {
    before = await service();
    expect(before.map(({ running }) => running)).toEqual([true, true, false]);
  });

  test.each(["stopped", "killed with its containers, as in a power cut"] as const)(
    "%s, the same containers run",
    async (end) => {
      await privateEngine.restart(end);
      await until(async () => isDeepStrictEqual(await service(), before), 60);
      expect(await service()).toEqual(before);
    },
  );

  test("killed alone, an update starts what the daemon has ended", async () => {
    await privateEngine.restart("killed");
    const { changes } = await up();
    expect(changes).toEqual(["same"]);
    expect(await service()).toEqual(before);
  });
});
