import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as docker from "@pulumi/docker";
import { describe, expect, it } from "vitest";
import { processesOf, until } from "../../lab/processes.ts";
import {
  type Build,
  container,
  dir,
  engine,
  inspect,
  oneContainer,
  onSocket,
  overSsh,
  SLEEP,
  sshProvider,
  way,
  withDoubles,
} from "./support/docker-double.ts";
import { IMAGE } from "./support/test-host.ts";

/** What @pulumi/docker 5.2 makes of what is on a host beside its own, and of a host that is away. */

withDoubles();

const oneNetwork = (name: string, on = onSocket) =>
  on((opts) => new docker.Network("n", { name }, opts));

it("two hosts are served in one program", async () => {
  const stack = await onSocket((opts) => {
    new docker.Network("a", { name: "e2e-two-a" }, opts);
    new docker.Network("b", { name: "e2e-two-b" }, { provider: sshProvider() });
    return undefined;
  });
  await stack.up();
  expect(await stack.refresh()).toEqual({});
});

describe("what is on the host and not in the state", () => {
  it("is in the way: a network", async () => {
    const made = await engine.createNetwork({ Name: "e2e-there", CheckDuplicate: true });
    const stack = await oneNetwork("e2e-there");
    await expect(stack.up()).rejects.toThrow(
      "Unable to create network: Error response from daemon: network with name e2e-there already exists",
    );
    await made.remove();
  });

  it("is in the way: a container", async () => {
    const made = await engine.createContainer({ name: "e2e-there", Image: IMAGE });
    const stack = await oneContainer(() => ({ name: "e2e-there" }));
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
      const args = { name, networksAdvanced: [{ name: net }] };
      const healthcheck = { tests: ["CMD", "test", "-e", "/host/healthy"], interval: "1s" };
      const volumes = [{ hostPath: dir, containerPath: "/host" }];
      return container({ ...args, healthcheck, volumes, wait: true }, opts);
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
    const stack = await oneNetwork("e2e-held");
    await stack.up();
    const HostConfig = { NetworkMode: "e2e-held" };
    const foreign = { name: "e2e-foreign", Image: IMAGE, Cmd: SLEEP, HostConfig };
    const { id } = await engine.createContainer(foreign);
    await engine.getContainer(id).start();
    const began = Date.now();
    const failure = await stack.destroy().catch(String);
    expect(failure).toContain(
      "timeout while waiting for state to become 'removed' (last state: 'pending', timeout: 30s)",
    );
    expect(failure).not.toMatch(/endpoint|e2e-foreign/);
    expect(Date.now() - began).toBeGreaterThan(30_000);
    await engine.getContainer(id).remove({ force: true });
    await stack.destroy();
    expect(await engine.listNetworks({ filters: { name: ["e2e-held"] } })).toEqual([]);
  });
});

describe("a host that can't be reached", () => {
  it("drops its networks from the state on a refresh, and the next update fails", async () => {
    const stack = await oneNetwork("e2e-away", overSsh);
    await stack.up();
    way.close();
    expect(await stack.refresh()).toEqual({ delete: 1 });
    await way.open();
    await expect(stack.up()).rejects.toThrow("network with name e2e-away already exists");
    await engine.getNetwork("e2e-away").remove();
  });

  it("lets its networks be destroyed, which stay", async () => {
    const stack = await oneNetwork("e2e-away", overSsh);
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
      (opts) => container({ name: "e2e-away" }, opts),
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
    expect((await stack.up()).steps).toEqual([]);
    await stack.destroy();
  });
});
