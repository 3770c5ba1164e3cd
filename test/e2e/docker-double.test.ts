import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as docker from "@pulumi/docker";
import type Docker from "dockerode";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Doubles, startDoubles } from "../../lab/doubles/engine/start.ts";
import { processesOf, until } from "../../lab/processes.ts";
import { changes, destroyAll, type Step, testStack } from "./support/stack.ts";
import { IMAGE, labDocker, startHost, type TestHost } from "./support/test-host.ts";
import { type Way, wayTo } from "./support/way.ts";

/** What @pulumi/docker 5.2 does (terraform-provider-docker 4.5), kind or not: the double has to do it too. */

const TIMEOUT = 180_000;
const SLEEP = ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1; done"];
const dir = mkdtempSync(join(tmpdir(), "docker-double-"));

let doubles: Doubles;
let engine: Docker;
let engineHost: string;
let host: TestHost;

beforeAll(async () => {
  ({ host: engineHost, client: engine } = await labDocker());
  host = await startHost();
  doubles = await startDoubles({ logDir: join(dir, "logs") });
}, TIMEOUT);

afterEach(destroyAll, TIMEOUT);

afterAll(async () => {
  await doubles?.stop();
  host?.stop();
});

type Build = (opts: { provider: docker.Provider }) => unknown;

/** A stack on the engine's socket. */
const onSocket = (build: Build) =>
  testStack(async () => {
    build({ provider: new docker.Provider("socket", { host: engineHost }) });
    return undefined;
  }, doubles.env);

/** A stack of one container. */
const oneContainer = (args: () => docker.ContainerArgs) =>
  onSocket((opts) => new docker.Container("c", args(), opts));

const inspect = (name: string) => engine.getContainer(name).inspect();
const ops = (steps: Step[]) => changes(steps).map(({ op }) => op);
const UPDATE = [{ op: "update", name: "c" }];
const REPLACE = ["delete-replaced", "replace", "create-replacement"];

describe("a container that must run", () => {
  it("and ends at once is made all the same; the next update starts it", async () => {
    const volumes = [{ hostPath: dir, containerPath: "/host" }];
    const command = ["sh", "-c", "test -e /host/go && exec sleep 600"];
    const stack = await oneContainer(() => ({ name: "ends", image: IMAGE, command, volumes }));
    expect(ops((await stack.up()).steps)).toEqual(["create"]);
    const { Id, State } = await inspect("ends");
    expect(State).toMatchObject({ Running: false, ExitCode: 1 });
    writeFileSync(join(dir, "go"), "");
    expect(changes((await stack.up()).steps)).toEqual(UPDATE);
    expect(await inspect("ends")).toMatchObject({ Id, State: { Running: true } });
    expect(changes((await stack.up()).steps)).toEqual([]);
  });

  it("and was stopped is started by the update after a refresh, by no other", async () => {
    const stack = await oneContainer(() => ({ name: "stopped", image: IMAGE, command: SLEEP }));
    await stack.up();
    const { Id } = await inspect("stopped");
    await engine.getContainer("stopped").stop();
    expect(changes((await stack.up()).steps), "without a refresh").toEqual([]);
    expect((await inspect("stopped")).State.Running).toBe(false);
    expect(await stack.refresh()).toEqual({ update: 1 });
    expect((await inspect("stopped")).State.Running, "a refresh starts nothing").toBe(false);
    expect(JSON.parse(stack.stateFile())).toEqual(stateWith({ id: Id, mustRun: false }));
    expect(changes((await stack.up()).steps)).toEqual(UPDATE);
    expect(await inspect("stopped")).toMatchObject({ Id, State: { Running: true } });
    expect(await stack.refresh()).toEqual({});
  });

  it("and does not become healthy is waited for and left, with no word on why", async () => {
    let tests = ["CMD-SHELL", "echo the reason; false"];
    const stack = await oneContainer(() => ({
      name: "ill",
      image: IMAGE,
      command: SLEEP,
      healthcheck: { tests, interval: "1s", retries: 1 },
      wait: true,
      waitTimeout: 5,
    }));
    const begin = Date.now();
    const failure = await stack.up().catch(String);
    expect(failure).toContain("container failed to be in healthy state");
    expect(failure).not.toContain("the reason");
    expect(Date.now() - begin, "though it is unhealthy after 1 s").toBeGreaterThan(5000);
    expect((await inspect("ill")).State).toMatchObject({ Running: true });
    tests = ["CMD", "true"];
    expect(ops((await stack.up()).steps)).toEqual(REPLACE);
  });

  it("can't be waited for without a health check", async () => {
    const args = { name: "unchecked", image: IMAGE, command: SLEEP, wait: true };
    const stack = await oneContainer(() => args);
    await expect(stack.up()).rejects.toThrow("container has no healthcheck");
  });
});

/** A state in which a resource has this id and `mustRun`. */
const stateWith = ({ id, mustRun }: { id: string; mustRun: boolean }) =>
  expect.objectContaining({
    checkpoint: expect.objectContaining({
      latest: expect.objectContaining({
        resources: expect.arrayContaining([
          expect.objectContaining({ id, outputs: expect.objectContaining({ mustRun }) }),
        ]),
      }),
    }),
  });

describe("what is on the host and not in the state", () => {
  it("is in the way: a network", async () => {
    const made = await engine.createNetwork({ Name: "e2e-there", CheckDuplicate: true });
    const stack = await onSocket((opts) => new docker.Network("n", { name: "e2e-there" }, opts));
    await expect(stack.up()).rejects.toThrow(
      "Unable to create network: Error response from daemon: network with name e2e-there already exists",
    );
    await made.remove();
  });

  it("is in the way: a container", async () => {
    const made = await engine.createContainer({ name: "e2e-there", Image: IMAGE });
    const stack = await oneContainer(() => ({ name: "e2e-there", image: IMAGE }));
    await expect(stack.up()).rejects.toThrow(
      'Unable to create container: Error response from daemon: Conflict. The container name "/e2e-there" is already in use by container',
    );
    await made.remove();
  });

  it("and is left there by an update that was killed: the plugin finishes what it began", async () => {
    const healthy = join(dir, "healthy");
    const stack = await onSocket((opts) => {
      const name = "e2e-killed";
      const { name: net } = new docker.Network("n", { name }, opts);
      const args = { name, image: IMAGE, command: SLEEP, networksAdvanced: [{ name: net }] };
      const healthcheck = { tests: ["CMD", "test", "-e", "/host/healthy"], interval: "1s" };
      const volumes = [{ hostPath: dir, containerPath: "/host" }];
      new docker.Container("c", { ...args, healthcheck, volumes, wait: true }, opts);
    });
    const killed = stack.up().catch(String);
    const named = { filters: { name: ["e2e-killed"] } };
    while ((await engine.listNetworks(named)).length === 0) await sleep(20);
    const clis = await processesOf("pulumi", "--exec-kind");
    while ((await engine.listContainers({ all: true, ...named })).length === 0) await sleep(5);
    // Made, not started yet.
    for (const cli of clis) process.kill(cli, "SIGKILL");
    expect(await killed).toContain("SIGKILL");
    writeFileSync(healthy, "");
    await stack.cancel();
    await expect(stack.up()).rejects.toThrow(
      'Conflict. The container name "/e2e-killed" is already in use',
    );
    expect(await until(async () => (await inspect("e2e-killed")).State.Running, 10)).toBe(true);
    const { NetworkSettings } = await inspect("e2e-killed");
    expect(Object.keys(NetworkSettings.Networks)).toEqual(["e2e-killed"]);
    await engine.getContainer("e2e-killed").remove({ force: true });
  });
});

describe("a network", () => {
  it("with a foreign container is not removed, and the reason is not told", async () => {
    const stack = await onSocket((opts) => new docker.Network("n", { name: "e2e-held" }, opts));
    await stack.up();
    const HostConfig = { NetworkMode: "e2e-held" };
    const foreign = { name: "e2e-foreign", Image: IMAGE, Cmd: SLEEP, HostConfig };
    const container = await engine.createContainer(foreign);
    await container.start();
    const begin = Date.now();
    const failure = await stack.destroy().catch(String);
    expect(failure).toContain(
      "timeout while waiting for state to become 'removed' (last state: 'pending', timeout: 30s)",
    );
    expect(failure).not.toMatch(/endpoint|e2e-foreign/);
    expect(Date.now() - begin).toBeGreaterThan(30_000);
    await container.remove({ force: true });
    await stack.destroy();
    expect(await engine.listNetworks({ filters: { name: ["e2e-held"] } })).toEqual([]);
  });
});

describe("a host that can't be reached", () => {
  let way: Way;

  beforeAll(async () => {
    way = await wayTo(host.port);
  });
  afterAll(() => way?.close());

  const overSsh = (build: Build) =>
    testStack(async () => {
      const sshOpts = [...host.options, "-o", `HostKeyAlias=[127.0.0.1]:${host.port}`];
      const ssh = { host: `ssh://root@127.0.0.1:${way.port}`, sshOpts };
      build({ provider: new docker.Provider("ssh", { ...ssh, disableDockerDaemonCheck: true }) });
      return undefined;
    }, doubles.env);

  it("drops its networks from the state on a refresh, and the next update fails", async () => {
    const stack = await overSsh((opts) => new docker.Network("n", { name: "e2e-away" }, opts));
    await stack.up();
    way.close();
    expect(await stack.refresh()).toEqual({ delete: 1 });
    await way.open();
    await expect(stack.up()).rejects.toThrow("network with name e2e-away already exists");
    await engine.getNetwork("e2e-away").remove();
  });

  it("lets its networks be destroyed, which stay", async () => {
    const stack = await overSsh((opts) => new docker.Network("n", { name: "e2e-away" }, opts));
    await stack.up();
    way.close();
    await stack.destroy();
    await way.open();
    expect(await engine.listNetworks({ filters: { name: ["e2e-away"] } })).toHaveLength(1);
    await engine.getNetwork("e2e-away").remove();
  });

  it.each<[string, Build, RegExp]>([
    [
      "a container",
      (opts) => new docker.Container("c", { name: "e2e-away", image: IMAGE, command: SLEEP }, opts),
      /error fetching container information from Docker: error during connect: Get "http:\/\/docker\.example\.com\/containers\/json": command \[ssh .* docker system dial-stdio\] has exited with exit status 255/,
    ],
    [
      "an image",
      (opts) => new docker.RemoteImage("i", { name: IMAGE, keepLocally: true }, opts),
      /Error reading docker image list: unable to list Docker images: error during connect: Get "http:\/\/docker\.example\.com\/images\/json": command \[ssh .*Connection refused/s,
    ],
  ])("fails a refresh of %s, which stays in the state", async (_what, build, words) => {
    const stack = await overSsh(build);
    await stack.up();
    way.close();
    await expect(stack.refresh()).rejects.toThrow(words);
    await way.open();
    expect(changes((await stack.up()).steps)).toEqual([]);
    await stack.destroy();
  });
});

describe("the traps", () => {
  it("health check, init and tmpfs are not applied by an update", async () => {
    let [size, seconds, init] = [1, 30, false];
    const stack = await oneContainer(() => ({
      name: "e2e-trap",
      image: IMAGE,
      command: SLEEP,
      init,
      tmpfs: { "/tmp": `size=${size}m` },
      healthcheck: { tests: ["CMD", "true"], interval: `${seconds}s` },
    }));
    await stack.up();
    const before = await inspect("e2e-trap");
    [size, seconds, init] = [2, 60, true];
    expect(changes((await stack.up()).steps)).toEqual(UPDATE);
    const { Id, Config, HostConfig } = await inspect("e2e-trap");
    expect({ Id, Config, HostConfig }).toEqual({
      Id: before.Id,
      Config: before.Config,
      HostConfig: before.HostConfig,
    });
    expect(changes((await stack.up()).steps), "and nothing tells of it").toEqual([]);
  });

  it("more memory is refused by the daemon while the swap limit is left as it was", async () => {
    let memory = 64;
    const args = { name: "e2e-memory", image: IMAGE, command: SLEEP };
    const stack = await oneContainer(() => ({ ...args, memory }));
    await stack.up();
    memory = 256;
    await expect(stack.up()).rejects.toThrow(
      /Unable to update a container: Error response from daemon: .*memoryswap/,
    );
  });

  it.each([
    [undefined, false],
    [10, true],
  ])("with destroyGraceSeconds %s a container can end in order: %s", async (seconds, ended) => {
    const mark = `ended-${seconds}`;
    const script = `trap 'sleep 1; touch /host/${mark}; exit 0' TERM; while :; do sleep 0.1; done`;
    const stack = await oneContainer(() => ({
      name: "e2e-grace",
      image: IMAGE,
      command: ["sh", "-c", script],
      volumes: [{ hostPath: dir, containerPath: "/host" }],
      destroyGraceSeconds: seconds,
    }));
    await stack.up();
    await stack.destroy();
    expect(existsSync(join(dir, mark))).toBe(ended);
  });

  it("a bind mount needs its source, and a volume makes it", async () => {
    const source = join(dir, "missing");
    let where: Partial<docker.ContainerArgs> = {
      mounts: [{ type: "bind", source, target: "/x" }],
    };
    const stack = await oneContainer(() => ({
      name: "e2e-bind",
      image: IMAGE,
      command: SLEEP,
      ...where,
    }));
    await expect(stack.up()).rejects.toThrow(/invalid mount config for type "bind"/);
    where = { volumes: [{ hostPath: source, containerPath: "/x" }] };
    await stack.up();
    expect(existsSync(source)).toBe(true);
  });

  it("a changed list of networks makes a new container, removed before", async () => {
    let second = false;
    const stack = await onSocket((opts) => {
      const [a, b] = ["e2e-a", "e2e-b"].map((name) => new docker.Network(name, { name }, opts));
      const networks = second ? [a, b] : [a];
      const networksAdvanced = networks.map((net) => ({ name: net?.name ?? "" }));
      const args = { name: "e2e-nets", image: IMAGE, command: SLEEP, networksAdvanced };
      new docker.Container("c", args, opts);
    });
    await stack.up();
    second = true;
    expect(ops((await stack.up()).steps)).toEqual(REPLACE);
  });
});
