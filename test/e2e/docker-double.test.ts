import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import {
  container,
  dir,
  engine,
  inspect,
  oneContainer,
  onSocket,
  overSsh,
  REPLACE,
  SLEEP,
  UPDATE,
  withDoubles,
} from "./support/docker-double.ts";

/** What @pulumi/docker 5.2 does (terraform-provider-docker 4.5), kind or not: the double has to do it too. */

withDoubles();

it("over SSH, a container is made, kept, updated, replaced and destroyed", async () => {
  let [memory, value] = [64, "a"];
  const stack = await overSsh((opts) => {
    const ipamConfigs = [{ subnet: "10.216.1.0/24" }];
    const net = new docker.Network("net", { name: "e2e-net", internal: true, ipamConfigs }, opts);
    const args = {
      name: "e2e-agent",
      user: "3125:3125",
      memory,
      memorySwap: memory,
      readOnly: true,
      restart: "on-failure",
      maxRetryCount: 3,
      capabilities: { adds: ["CAP_CHOWN"], drops: ["ALL"] },
      securityOpts: ["no-new-privileges:true"],
      tmpfs: { "/tmp": "size=1m" },
      groupAdds: ["102"],
      envs: ["A=1", pulumi.secret("B=hidden-env")],
      labels: [{ label: "version", value }],
      mounts: [{ type: "bind", source: "/etc", target: "/host", readOnly: true }],
      networksAdvanced: [{ name: net.name, aliases: ["agent"], ipv4Address: "10.216.1.9" }],
      healthcheck: { tests: ["CMD", "true"], interval: "1s", timeout: "5s", retries: 3 },
      wait: true,
      destroyGraceSeconds: 5,
    };
    return container(args, opts);
  });
  await stack.up();
  const { Id, NetworkSettings } = await inspect("e2e-agent");
  expect(Object.keys(NetworkSettings.Networks)).toEqual(["e2e-net"]);
  expect(stack.stateFile()).not.toContain("hidden-env");
  expect((await stack.up()).steps).toEqual([]);
  expect(await stack.refresh()).toEqual({});
  expect((await stack.up()).steps).toEqual([]);

  memory = 96;
  expect((await stack.up()).steps).toEqual(UPDATE);
  expect(await inspect("e2e-agent")).toMatchObject({ Id, HostConfig: { Memory: 96 << 20 } });

  await engine.getContainer("e2e-agent").update({ CpuShares: 512 });
  expect(await stack.refresh(), "drift is seen").toEqual({ update: 1 });
  expect((await stack.up()).steps).toEqual(UPDATE);

  value = "b";
  expect((await stack.up()).steps).toEqual(REPLACE);
  await engine.getContainer("e2e-agent").remove({ force: true });
  expect(await stack.refresh()).toEqual({ delete: 1 });
  expect((await stack.up()).steps).toEqual(["create c"]);
  await stack.destroy();
  await expect(inspect("e2e-agent")).rejects.toThrow("no such container");
});

it("a one-shot container is told by its exit code and its output", async () => {
  const stack = await oneContainer(() => ({
    name: "e2e-once",
    command: ["sh", "-c", "echo done; exit 3"],
    attach: true,
    mustRun: false,
    logs: true,
    networkMode: "none",
  }));
  const { outputs } = await stack.up();
  expect(outputs.container?.value).toMatchObject({ exitCode: 3, containerLogs: "done\n" });
  expect((await stack.up()).steps).toEqual([]);
  expect(await stack.refresh()).toEqual({});
});

it("a container that can't be started is made all the same, and replaced", async () => {
  let command = ["/does-not-exist"];
  const stack = await oneContainer(() => ({ name: "e2e-start", command }));
  await expect(stack.up()).rejects.toThrow("Unable to start container");
  expect((await inspect("e2e-start")).State.Status).toBe("created");
  command = SLEEP;
  expect((await stack.up()).steps).toEqual(REPLACE);
  expect((await stack.up()).steps).toEqual([]);
});

describe("a container that must run", () => {
  it("and ends at once is made all the same; the next update starts it", async () => {
    const volumes = [{ hostPath: dir, containerPath: "/host" }];
    const command = ["sh", "-c", "test -e /host/go && exec sleep 600"];
    const stack = await oneContainer(() => ({ name: "ends", command, volumes }));
    expect((await stack.up()).steps).toEqual(["create c"]);
    const { Id, State } = await inspect("ends");
    expect(State).toMatchObject({ Running: false, ExitCode: 1 });
    writeFileSync(join(dir, "go"), "");
    expect((await stack.up()).steps).toEqual(UPDATE);
    expect(await inspect("ends")).toMatchObject({ Id, State: { Running: true } });
    expect((await stack.up()).steps).toEqual([]);
  });

  it("and was stopped is started by the update after a refresh, by no other", async () => {
    const stack = await oneContainer(() => ({ name: "stopped" }));
    await stack.up();
    const { Id } = await inspect("stopped");
    await engine.getContainer("stopped").stop();
    expect((await stack.up()).steps, "without a refresh").toEqual([]);
    expect((await inspect("stopped")).State.Running).toBe(false);
    expect(await stack.refresh()).toEqual({ update: 1 });
    expect((await inspect("stopped")).State.Running, "a refresh starts nothing").toBe(false);
    expect(stack.stateFile()).toContain('"mustRun":false');
    expect((await stack.up()).steps).toEqual(UPDATE);
    expect(await inspect("stopped")).toMatchObject({ Id, State: { Running: true } });
    expect(await stack.refresh()).toEqual({});
  });

  it("and does not become healthy is waited for and left, with no word on why", async () => {
    let tests = ["CMD-SHELL", "echo the reason; false"];
    const stack = await oneContainer(() => ({
      name: "ill",
      healthcheck: { tests, interval: "1s", retries: 1 },
      wait: true,
      waitTimeout: 5,
    }));
    const began = Date.now();
    const failure = await stack.up().catch(String);
    expect(failure).toContain("container failed to be in healthy state");
    expect(failure).not.toContain("the reason");
    expect(Date.now() - began, "though it is unhealthy after 1 s").toBeGreaterThan(5000);
    expect((await inspect("ill")).State).toMatchObject({ Running: true });
    tests = ["CMD", "true"];
    expect((await stack.up()).steps).toEqual(REPLACE);
  });

  it("can't be waited for without a health check", async () => {
    const stack = await oneContainer(() => ({ name: "unchecked", wait: true }));
    await expect(stack.up()).rejects.toThrow("container has no healthcheck");
  });
});

describe("the traps", () => {
  it("health check, init and tmpfs are not applied by an update", async () => {
    let [size, seconds, init] = [1, 30, false];
    const stack = await oneContainer(() => ({
      name: "e2e-trap",
      init,
      tmpfs: { "/tmp": `size=${size}m` },
      healthcheck: { tests: ["CMD", "true"], interval: `${seconds}s` },
    }));
    await stack.up();
    const before = await inspect("e2e-trap");
    [size, seconds, init] = [2, 60, true];
    expect((await stack.up()).steps).toEqual(UPDATE);
    const { Id, Config, HostConfig } = await inspect("e2e-trap");
    expect(before).toMatchObject({ Id, Config, HostConfig });
    expect((await stack.up()).steps, "and nothing tells of it").toEqual([]);
  });

  it("more memory is refused by the daemon while the swap limit is left as it was", async () => {
    let memory = 64;
    const stack = await oneContainer(() => ({ name: "e2e-memory", memory }));
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
    let where: object = { mounts: [{ type: "bind", source, target: "/x" }] };
    const stack = await oneContainer(() => ({ name: "e2e-bind", ...where }));
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
      return container({ name: "e2e-nets", networksAdvanced }, opts);
    });
    await stack.up();
    second = true;
    expect((await stack.up()).steps).toEqual(REPLACE);
  });
});
