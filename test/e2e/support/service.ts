import { expect } from "vitest";
import {
  expectHardened,
  type Inspected,
  mountsOf,
  networksOf,
  ownEnvironment,
} from "./containers.ts";
import type { TestLab } from "./lab.ts";

/** What differs from host to host in the deployed service. */
export interface ServiceFacts {
  directory: string;
  dockerSocket: string;
  journalGid: number;
  /** Networks of other services that Alloy joins. */
  externalNetworks: string[];
}

export interface Service {
  alloy: Inspected;
  proxy: Inspected;
  init: Inspected;
}

/** The three containers as the engine knows them. */
export async function inspectService({ client }: TestLab): Promise<Service> {
  const [alloy, proxy, init] = await Promise.all(
    ["alloy", "alloy-docker-proxy", "alloy-init"].map((name) =>
      client.getContainer(name).inspect(),
    ),
  );
  return { alloy, proxy, init } as Service;
}

/** Asserts everything that docs/service.md says of the containers on a host. */
export async function expectService(lab: TestLab, facts: ServiceFacts): Promise<void> {
  const service = await inspectService(lab);
  expectAlloy(service.alloy, facts);
  expectProxy(service.proxy, facts);
  expectInit(service.init, facts);
  await expectEnvironments(lab, service);
  await expectNetworks(lab);
}

/** Only the proxy has an environment of its own, and it holds no secret. */
async function expectEnvironments({ client }: TestLab, service: Service): Promise<void> {
  const own = async (container: Inspected) =>
    ownEnvironment(container, await client.getImage(container.Image).inspect());
  expect(await own(service.alloy)).toEqual([]);
  expect(await own(service.init)).toEqual([]);
  const all = service.proxy.Config.Env ?? [];
  for (const line of ["CONTAINERS=1", "EVENTS=1", "INFO=1", "NETWORKS=1", "PING=1", "VERSION=1"]) {
    expect(all).toContain(line);
  }
  expect(all).toContain("POST=0");
  expect(await own(service.proxy)).toEqual(["CONTAINERS=1", "INFO=1", "NETWORKS=1"]);
}

const onFailure = { Name: "on-failure", MaximumRetryCount: 3 };

function expectAlloy(alloy: Inspected, facts: ServiceFacts): void {
  expect(alloy.State.Running).toBe(true);
  expectHardened(alloy, {
    memoryMb: 512,
    pids: 200,
    user: "3125:3125",
    groups: [`${facts.journalGid}`],
    tmpfs: { "/tmp": "" },
    restart: onFailure,
  });
  expect(alloy.Config.Cmd).toEqual([
    "run",
    "--server.http.listen-addr=0.0.0.0:12345",
    "--storage.path=/var/lib/alloy/data",
    "--disable-reporting",
    "--server.http.disable-support-bundle",
    "/etc/alloy/current/",
  ]);
  expect(mountsOf(alloy)).toEqual([
    `${facts.directory}/config → /etc/alloy (ro, rprivate)`,
    `${facts.directory}/secrets → /etc/alloy-secrets (ro, rprivate)`,
    "/etc/machine-id → /etc/machine-id (ro, rprivate)",
    "/proc → /host/proc (ro, rprivate)",
    "/ → /host/rootfs (ro, rslave)",
    "/sys → /host/sys (ro, rprivate)",
    "/run/log/journal → /run/log/journal (ro, rprivate)",
    `${facts.directory}/data → /var/lib/alloy (rw, rprivate)`,
    "/var/log/journal → /var/log/journal (ro, rprivate)",
  ]);
  expect(networksOf(alloy)).toEqual(
    ["alloy-backend", "alloy-frontend", ...facts.externalNetworks].sort(),
  );
}

function expectProxy(proxy: Inspected, facts: ServiceFacts): void {
  expect(proxy.State.Health?.Status).toBe("healthy");
  expectHardened(proxy, {
    memoryMb: 50,
    pids: 50,
    user: "",
    tmpfs: { "/run": "" },
    restart: onFailure,
  });
  expect(mountsOf(proxy)).toEqual([`${facts.dockerSocket} → /var/run/docker.sock (ro, rprivate)`]);
  expect(networksOf(proxy)).toEqual(["alloy-backend"]);
}

function expectInit(init: Inspected, facts: ServiceFacts): void {
  expect(init.State.ExitCode).toBe(0);
  expectHardened(init, {
    memoryMb: 64,
    pids: 50,
    user: "",
    addedCapabilities: ["CAP_CHOWN"],
    restart: { Name: "no", MaximumRetryCount: 0 },
  });
  expect(mountsOf(init)).toEqual([`${facts.directory}/data → /data (rw, rprivate)`]);
  expect(init.HostConfig.NetworkMode).toBe("none");
}

async function expectNetworks({ client }: TestLab): Promise<void> {
  const frontend = await client.getNetwork("alloy-frontend").inspect();
  const backend = await client.getNetwork("alloy-backend").inspect();
  expect(frontend.IPAM?.Config?.[0]?.Subnet).toBe("172.30.100.8/29");
  expect([frontend.Driver, frontend.Internal]).toEqual(["bridge", false]);
  expect([backend.Driver, backend.Internal]).toEqual(["bridge", true]);
}
