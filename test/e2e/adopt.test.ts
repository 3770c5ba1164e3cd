import { randomBytes } from "node:crypto";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { queryLogs } from "../../cli/verify/sink-queries.ts";
import type { StackSettings } from "../../lab/stack.ts";
import { TRAEFIK } from "../../lab/world/stand-ins.ts";
import { joinFrontend } from "../../lab/world.ts";
import { arrived } from "../support/arrived.ts";
import { oldEnv, removeComposeService, startComposeService } from "./support/compose-service.ts";
import { emptyLab, removeTraefik, settingsOf, type TestLab } from "./support/lab.ts";
import { type CommandProject, commandProject } from "./support/project.ts";
import { networksOf } from "./support/service.ts";
import { removeWriters, writer } from "./support/writers.ts";

const mark = randomBytes(4).toString("hex");
/** A host of its own, so that nothing in the sinks is an earlier deployment's. */
const HOST = `adopt-${mark}`;
const STACK = "adopted";
const COUNTER = `adopt-counter-${mark}`;
const names = ["alloy", "alloy-docker-proxy", "alloy-init"] as const;

let lab: TestLab;
let project: CommandProject;
let directory: string;
let before: Awaited<ReturnType<typeof service>>;

beforeAll(async () => {
  lab = await emptyLab();
  const settings = await settingsOf(lab, "local", withoutSinks);
  directory = (settings.host as { directory: string }).directory;
  project = await commandProject(lab, STACK, settings);
  await startComposeService(lab, { directory, host: HOST });
  await joinFrontend(lab.docker);
  const script = `i=0; while :; do i=$((i+1)); echo "line $i ${mark}"; sleep 1; done`;
  await writer(lab, { name: COUNTER, script });
  await execa("logger", ["-t", "adopt", `journal ${mark}`]);
  await arrived("the old service's lines", 180, () => lines(COUNTER));
  before = await service();
});

afterAll(async () => {
  await removeWriters(lab, [COUNTER]);
  await removeTraefik(lab);
  await removeComposeService(lab);
  await project.remove();
  await rm(directory, { recursive: true });
  await lab.close();
});

/** Sinks and their passwords come from the old file; GitHub is polled every ten minutes only. */
function withoutSinks({
  sinks: _,
  metricsPassword: __,
  logsPassword: ___,
  ...rest
}: StackSettings) {
  const { github: _github, githubToken: _token, postgres: _postgres, ...settings } = rest;
  const host = settings.host as { directory: string };
  return {
    ...settings,
    host: { ...host, name: HOST, directory: host.directory.replace("/local/", `/${HOST}/`) },
    pipelines: ["host", "containers", "journal", "traefik", "self"],
  };
}

/** What the three containers, the networks and Traefik's place in them are now. */
async function service() {
  const found = await Promise.all(
    names.map(async (name) => {
      const { Id, State, HostConfig, ...info } = await lab.client.getContainer(name).inspect();
      const { Name, MaximumRetryCount } = HostConfig.RestartPolicy ?? {};
      // Docker keeps "" where nothing was said, and "no" where that was.
      const restart = { Name: Name || "no", MaximumRetryCount };
      return { name, id: Id, running: State.Running, restart, networks: networksOf(info as never) };
    }),
  );
  const networks = await lab.client.listNetworks({ filters: { name: ["^alloy-"] } });
  const { NetworkSettings } = await lab.client.getContainer(TRAEFIK).inspect();
  const { NetworkID, IPAddress, Aliases } = NetworkSettings.Networks["alloy-frontend"] ?? {};
  return {
    containers: found,
    networks: networks
      .map(({ Id, Name }) => ({ Id, Name }))
      .sort((a, b) => (a.Name < b.Name ? -1 : 1)),
    traefik: { NetworkID, IPAddress, Aliases },
  };
}

const lines = (container: string) =>
  queryLogs(lab.world.logs, `{host="${HOST}",container="${container}"}`, { limit: 5000 });

/** Waits for a line that is written from now on, then tells which numbers arrived, and how often. */
async function numbers(): Promise<number[]> {
  const since = BigInt(Date.now()) * 1_000_000n;
  const all = await arrived("a new line", 120, async () => {
    const found = await lines(COUNTER);
    return found.some(({ time }) => time > since) ? found : [];
  });
  return all.map(({ line }) => Number(/^line (\d+) /.exec(line)?.[1])).sort((a, b) => a - b);
}

/** Every line from the first to the last, once. */
async function expectEveryLineOnce(): Promise<void> {
  const found = await numbers();
  expect(found).toEqual(found.map((_, index) => index + 1));
  const journal = await queryLogs(lab.world.logs, `{host="${HOST}"} |= "journal ${mark}"`);
  expect(journal.map(({ line }) => line)).toEqual([`journal ${mark}`]);
}

const command = (...args: string[]) => [
  "node",
  "--import",
  "tsx",
  "cli/adopt/main.ts",
  "--stack",
  STACK,
  ...args,
];
const adopt = (...args: string[]) => project.run(command(...args), oldEnv(lab));

async function expectOldServiceBack(): Promise<void> {
  expect(await service()).toEqual(before);
  expect((await readdir(directory)).sort()).toEqual([".env", "config", "data"]);
  expect(await readdir(join(directory, "config"))).toEqual(["config.alloy"]);
  const { output } = await project.run(["pulumi", "stack", "export", "--stack", STACK]);
  expect(JSON.parse(output).deployment.resources ?? []).toHaveLength(0);
  const stored = await readFile(join(project.directory, `Pulumi.${STACK}.yaml`), "utf8");
  expect(stored).not.toContain("sinks");
}

describe("the compose service", () => {
  test("is looked at by --plan, and left alone", async () => {
    const { code, output } = await adopt("--env", "-", "--plan");
    expect(output).toContain("stop alloy and rename it to alloy-before-adopt");
    expect(output).toMatch(/\+ \d+ to create/);
    expect(code).toBe(0);
    await expectOldServiceBack();
  });

  test("comes back when the sink refuses the password", async () => {
    const args = command("--env", "-", "--yes", "--timeout", "10");
    const { code, output } = await project.run(args, oldEnv(lab, "wrong"));
    expect(output).toContain("refuses samples with the new token.");
    expect(output).toContain("failed: deploy: pulumi up");
    expect(output).toMatch(/The old service is back as it was\.\n?$/);
    expect(code).toBe(1);
    await expectOldServiceBack();
  });

  test("comes back after a Ctrl-C in the middle of the deployment", async () => {
    const running = project.start(command("--env", "-", "--yes"), oldEnv(lab));
    await reached(running, "/9 deploy: pulumi up");
    await sleep(4000);
    running.kill("SIGINT");
    const { exitCode, all } = await running;
    expect(all).toContain("it was interrupted");
    expect(all).toMatch(/The old service is back as it was\.\n?$/);
    expect(exitCode).toBe(1);
    await expectOldServiceBack();
    await expectEveryLineOnce();
  });
});

/** Waits until a command has said something. Its output is only listened to: it must not be cut off. */
function reached(running: ReturnType<CommandProject["start"]>, text: string): Promise<void> {
  return new Promise((done, failed) => {
    let seen = "";
    running.all.on("data", (chunk: Buffer) => {
      seen += chunk;
      if (seen.includes(text)) done();
    });
    running.all.on("end", () => failed(new Error(`it ended without ${text}:\n${seen}`)));
  });
}

describe("adopted", () => {
  let wal: string[];

  test("after a kill in the middle, by the same command, and proven", async () => {
    wal = await readdir(join(directory, "data/data/prometheus.remote_write.grafana_cloud/wal"));
    const running = project.start(command("--env", "-", "--yes"), oldEnv(lab));
    await reached(running, "/9 stop alloy-docker-proxy");
    running.kill("SIGKILL");
    await running;
    const { code, output } = await adopt("--env", "-", "--yes");
    expect(output).toContain("An adoption of this host was interrupted.");
    expect(output, output).toContain("Done. The host of adopted runs this program's agent");
    expect(code).toBe(0);
  });

  test("runs the new containers in the old networks, the old ones are kept from starting", async () => {
    const after = await service();
    expect(after.networks).toEqual(before.networks);
    expect(after.traefik).toEqual(before.traefik);
    expect(after.containers.map(({ networks }) => networks)).toEqual(
      before.containers.map(({ networks }) => networks),
    );
    for (const { name, id } of before.containers) {
      const old = await lab.client.getContainer(id).inspect();
      expect([old.Name, old.State.Running, old.HostConfig.RestartPolicy?.Name]).toEqual([
        `/${name}-before-adopt`,
        false,
        "no",
      ]);
    }
    expect((await lab.client.getContainer("alloy").inspect()).HostConfig.Memory).toBe(
      640 * 2 ** 20,
    );
  });

  test("sent every line once, and continues with the write-ahead log", async () => {
    await expectEveryLineOnce();
    const now = await readdir(
      join(directory, "data/data/prometheus.remote_write.grafana_cloud/wal"),
    );
    expect(now).toEqual(expect.arrayContaining(wal.filter((name) => /^\d+$/.test(name))));
  });

  test("does nothing a second time", async () => {
    const { code, output } = await adopt();
    expect(output).toMatch(/^Done\. The host of adopted/m);
    expect(code).toBe(0);
  });

  test("is put back by --roll-back, and continues", async () => {
    const { code, output } = await adopt("--roll-back", "--yes");
    expect(output).toMatch(/The old service is back as it was\.\n?$/);
    expect(code).toBe(0);
    await expectOldServiceBack();
    await expectEveryLineOnce();
  });
});
