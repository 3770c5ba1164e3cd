import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { processesOf, until } from "../../lab/processes.ts";
import { overSsh } from "../../lab/settings.ts";
import { type Sshd, startSshd } from "../../lab/sshd.ts";
import type { StackSettings } from "../../lab/stack.ts";
import { TRAEFIK } from "../../lab/world/stand-ins.ts";
import { joinFrontend, leaveFrontend } from "../../lab/world.ts";
import { emptyLab, expectNothingLeft, settingsOf, type TestLab } from "./support/lab.ts";
import { type Way, wayTo } from "./support/way.ts";

/**
 * What the plugins do to a host, and what the program makes of it. Of each trap an ordinary test shows that it
 * was sprung, and a known failure says what the program should have made of it.
 */

const NAME = "local";
const CONTAINERS = ["alloy", "alloy-docker-proxy", "alloy-init"];
const NETWORKS = ["alloy-frontend", "alloy-backend"];

let lab: TestLab;
let sshd: Sshd;
let way: Way;
let settings: StackSettings;
let stack: Stack;

beforeAll(async () => {
  lab = await emptyLab();
  sshd = await startSshd(lab.docker);
  way = await wayTo(sshd.port);
  settings = await settingsOf(lab, NAME, ({ github: _, githubToken: __, ...given }) => ({
    ...overSsh(given, { ...sshd, port: way.port }),
    pipelines: ["host", "self"],
    postgres: [],
  }));
});

afterAll(async () => {
  await forget();
  way?.close();
  await sshd?.stop();
  await lab?.close();
});

/** Takes the service off the host and its stack out of the state, whatever is left of either. */
async function forget(): Promise<void> {
  const all = await lab.client.listContainers({ all: true });
  for (const { Id } of all.filter(({ Names }) => CONTAINERS.includes(Names[0]?.slice(1) ?? "")))
    await lab.client.getContainer(Id).remove({ force: true });
  const networks = await lab.client.listNetworks();
  for (const { Id } of networks.filter(({ Name }) => NETWORKS.includes(Name))) {
    await leaveFrontend(lab.docker);
    await lab.client.getNetwork(Id).remove();
  }
  await stack?.workspace.removeStack(NAME, { force: true });
}

const deploy = async (changed: StackSettings = {}) => {
  stack = await lab.stack(NAME, { ...settings, ...changed });
  return stack.up();
};

/** What a run failed with; empty if it did not. */
const failure = (run: Promise<unknown>) => run.then(() => "", String);

const isRunning = (name: string) =>
  lab.client
    .getContainer(name)
    .inspect()
    .then(
      ({ State }) => State.Running,
      () => false,
    );

/** Ids of the service's containers and networks on the host. */
async function idsOnHost(): Promise<string[]> {
  const names = [...CONTAINERS, ...NETWORKS];
  const all = [
    ...(await lab.client.listContainers({ all: true })),
    ...(await lab.client.listNetworks()),
  ];
  const nameOf = (one: (typeof all)[number]) =>
    "Names" in one ? one.Names[0]?.slice(1) : one.Name;
  const ids = all.filter((one) => names.includes(nameOf(one) ?? "")).map(({ Id }) => Id);
  return ids.sort();
}

/** How many networks the state has. */
async function networksInState(): Promise<number> {
  const { deployment } = await stack.exportStack();
  const { resources } = deployment as { resources: { type: string }[] };
  return resources.filter(({ type }) => type === "docker:index/network:Network").length;
}

/** Names of what the state has on the host or elsewhere: no components, no providers. */
async function inState(): Promise<string[]> {
  const { deployment } = await stack.exportStack();
  const resources = (deployment.resources ?? []) as StateResource[];
  return resources
    .filter(({ custom, type }) => custom && !type.startsWith("pulumi:"))
    .map(({ urn }) => urn.split("::").at(-1) ?? "");
}

interface StateResource {
  id?: string;
  urn: string;
  type: string;
  custom: boolean;
}

describe("an agent that has ended", () => {
  let running: boolean;

  beforeAll(async () => {
    await deploy();
    await lab.client.getContainer("alloy").stop();
    await stack.up();
    running = await isRunning("alloy");
  });

  test("an agent that has ended is started by the next `pulumi up`", async () => {
    expect(running).toBe(true);
  });

  test("is started by the one after a refresh", async () => {
    await lab.client.getContainer("alloy").stop();
    await stack.refresh();
    await stack.up();
    expect(await isRunning("alloy")).toBe(true);
  });
});

describe("a refresh while the host is away", () => {
  let kept: number;
  let later: string;
  let before: string[];

  beforeAll(async () => {
    before = await idsOnHost();
    way.close();
    const refreshed = await failure(stack.refresh());
    expect(refreshed).toContain("has exited with exit status 255");
    kept = await networksInState();
    await way.open();
    later = await failure(stack.up());
  });
  afterAll(forget);

  test("drops the networks from the state", () => expect(kept).toBe(0));

  test("`pulumi up` heals what a refresh without the host has dropped: nothing is recreated", async () => {
    expect(later).toBe("");
    expect(await networksInState()).toBe(2);
    expect(await idsOnHost()).toEqual(before);
  });
});

describe("an update that was killed", () => {
  let killed: string;
  let inState: string[];
  let later: string;

  beforeAll(async () => {
    const first = failure(deploy());
    // It is waited for until it is healthy: the engine learns of it then alone.
    expect(await until(() => isRunning("alloy-docker-proxy"), 180)).toBe(true);
    for (const cli of await processesOf("pulumi", "--exec-kind")) process.kill(cli, "SIGKILL");
    killed = await first;
    await stack.cancel();
    const { deployment } = await stack.exportStack();
    inState = (deployment.resources as { urn: string }[]).map(({ urn }) => urn);
    later = await failure(stack.up());
  });
  afterAll(forget);

  test("leaves a container that no state knows", () => {
    expect(killed).toContain("SIGKILL");
    expect(inState.length).toBeGreaterThan(3);
    expect(inState.filter((urn) => urn.endsWith("::alloy-socket-proxy-container"))).toEqual([]);
  });

  test("`pulumi up` finishes what a killed one began", async () => {
    expect(later).toBe("");
  });
});

describe("with Traefik in the agent's network", () => {
  beforeAll(async () => {
    await deploy();
    await joinFrontend(lab.docker);
  });
  describe("another subnet", () => {
    let failed: string;
    let running: boolean;

    beforeAll(async () => {
      const networks = { ...(settings.networks as object), frontendSubnet: "172.30.101.0/29" };
      failed = await failure(deploy({ networks }));
      running = await isRunning("alloy");
    });

    test("another subnet leaves the agent running while Traefik is joined", async () => {
      expect(running).toBe(true);
      expect(failed).toContain(TRAEFIK);
    });
  });

  describe("`pulumi destroy`", () => {
    let said: string;
    let left: string[];

    beforeAll(async () => {
      said = await failure(stack.destroy());
      left = await inState();
    });

    test("takes what is ours, and says who is in the network and the command", async () => {
      const disconnect = `docker network disconnect alloy-frontend ${TRAEFIK}`;
      expect(said).toContain(
        `Everything else of the stack is gone from local, but its network is in use: ${TRAEFIK} in alloy-frontend. ` +
          `On the host: ${disconnect}; then again: pulumi destroy --stack ${NAME}`,
      );
      // What has nothing to delete may still be in the state when that fails.
      expect(left.filter((name) => name !== "alloy-sinks")).toEqual(["host-checks"]);
    });

    test("ends once nobody is in it", async () => {
      await leaveFrontend(lab.docker);
      await stack.destroy();
      expect(await inState()).toEqual([]);
      await expectNothingLeft(lab);
    });
  });
});

describe("networks on the host whose gateway the engine tells, as newer ones do", () => {
  let made: string[];

  beforeAll(async () => {
    const Subnet = "172.30.100.8/29";
    const frontend = await lab.client.createNetwork({
      Name: "alloy-frontend",
      IPAM: { Driver: "default", Config: [{ Subnet, Gateway: "172.30.100.9" }] },
    });
    const backend = await lab.client.createNetwork({ Name: "alloy-backend", Internal: true });
    made = [backend.id, frontend.id];
  });
  afterAll(forget);

  test("are taken over, and are no change afterwards", async () => {
    const { resourceChanges } = (await deploy()).summary;
    expect(resourceChanges).toMatchObject({ import: 2 });
    const { deployment } = await stack.exportStack();
    const networks = (deployment.resources as StateResource[]).filter(({ type }) =>
      type.endsWith(":Network"),
    );
    expect(networks.map(({ id }) => id).sort()).toEqual(made.sort());
    const { same, ...changes } = (await stack.up()).summary.resourceChanges ?? {};
    expect(same).toBeGreaterThan(10);
    expect(changes).toEqual({});
  });
});

describe("a database's network that sorts before alloy-frontend and lets nobody out", () => {
  const name = "aaa-dead-end";

  beforeAll(async () => {
    const Options = { "com.docker.network.bridge.enable_ip_masquerade": "false" };
    await lab.client.createNetwork({ Name: name, Options });
  });
  afterAll(() => lab.client.getNetwork(name).remove());

  test("takes the default route of a container that joins it after another", async () => {
    const { id: later } = await lab.client.createNetwork({ Name: "zzz-way-out" });
    const Image = (settings.images as { init: string }).init;
    const container = await lab.client.createContainer({
      Image,
      Cmd: ["ip", "route"],
      Tty: true,
      HostConfig: { NetworkMode: "zzz-way-out" },
    });
    await lab.client.getNetwork(name).connect({ Container: container.id });
    await container.start();
    await container.wait();
    const routes = String(await container.logs({ stdout: true, follow: false }));
    await container.remove();
    await lab.client.getNetwork(later).remove();
    const { IPAM } = await lab.client.getNetwork(name).inspect();
    expect(routes).toContain(`default via ${IPAM?.Config?.[0]?.Gateway} `);
  });

  test("is refused before anything is made", async () => {
    const postgres = [{ name: "shop", exporter: "shop-db-exporter:9187", network: name }];
    const failed = await failure(deploy({ postgres, pipelines: ["host", "postgres", "self"] }));
    expect(failed).toContain(`names ${name}, whose name sorts before alloy-frontend`);
    expect(await idsOnHost()).toEqual([]);
  });
});
