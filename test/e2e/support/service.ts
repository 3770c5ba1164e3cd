import type Docker from "dockerode";
import { expect } from "vitest";
import { socketProxyEnvs } from "../../../components/agent/socket-proxy.ts";
import type { TestLab } from "./lab.ts";

/** What the Docker API says of a container. */
type Inspected = Docker.ContainerInspectInfo;

interface Service {
  alloy: Inspected;
  proxy: Inspected;
  init: Inspected;
}

/** The three containers as the engine knows them. */
export async function inspectService({ client }: TestLab): Promise<Service> {
  const inspect = (name: string) => client.getContainer(name).inspect();
  return {
    alloy: await inspect("alloy"),
    proxy: await inspect("alloy-docker-proxy"),
    init: await inspect("alloy-init"),
  };
}

/** What differs from host to host in the deployed service. */
interface HostFacts {
  name: string;
  directory: string;
  /** Networks of other services that Alloy joins. */
  externalNetworks: string[];
}

const hardened = {
  running: true,
  readOnly: true,
  privileged: false,
  capDrop: ["ALL"],
  capAdd: [],
  securityOpt: ["no-new-privileges=true"],
  pids: 50,
  user: "",
  groups: [],
  tmpfs: {},
  restart: { Name: "unless-stopped", MaximumRetryCount: 0 },
  ports: {},
  devices: [],
  pidMode: "",
  env: [],
};
const MEGABYTE = 1024 * 1024;
const memory = (megabytes: number) => ({
  memory: megabytes * MEGABYTE,
  memorySwap: megabytes * MEGABYTE,
});

/** The containers of the service on a host: the same facts of each. */
function expectedService({ facts }: TestLab, { directory, externalNetworks }: HostFacts) {
  return {
    alloy: {
      ...{ ...hardened, ...memory(512), pids: 200, user: "3125:3125" },
      groups: [`${facts.journal.gid}`],
      tmpfs: { "/tmp": "" },
      networks: ["alloy-backend", "alloy-frontend", ...externalNetworks].sort(),
      mounts: [
        `${directory}/config → /etc/alloy (ro, rprivate)`,
        `${directory}/secrets → /etc/alloy-secrets (ro, rprivate)`,
        "/etc/machine-id → /etc/machine-id (ro, rprivate)",
        "/proc → /host/proc (ro, rprivate)",
        "/ → /host/rootfs (ro, rslave)",
        "/sys → /host/sys (ro, rprivate)",
        `${directory}/data → /var/lib/alloy (rw, rprivate)`,
        `${facts.journal.path} → ${facts.journal.path} (ro, rprivate)`,
      ].sort(),
    },
    proxy: {
      ...{ ...hardened, ...memory(50), tmpfs: { "/run": "" }, networks: ["alloy-backend"] },
      mounts: [
        `${directory}/socket-proxy/haproxy.cfg → /templates/haproxy.cfg (ro, rprivate)`,
        `${facts.dockerSocket} → /var/run/docker.sock (ro, rprivate)`,
      ].sort(),
      env: socketProxyEnvs,
    },
    init: {
      ...{ ...hardened, ...memory(64), running: false, capAdd: ["CAP_CHOWN"], networks: ["none"] },
      restart: { Name: "no", MaximumRetryCount: 0 },
      mounts: [`${directory}/data → /data (rw, rprivate)`],
    },
  };
}

/** Asserts everything that docs/service.md says of the containers on a host. */
export async function expectService(lab: TestLab, host: HostFacts): Promise<void> {
  const { alloy, proxy, init } = await inspectService(lab);
  const facts = (found: Inspected) => factsOf(lab, found);
  expect({
    alloy: await facts(alloy),
    proxy: await facts(proxy),
    init: await facts(init),
  }).toEqual(expectedService(lab, host));
  expect([proxy.State.Health?.Status, init.State.ExitCode]).toEqual(["healthy", 0]);
  expect([alloy.Config.Hostname, alloy.Config.Healthcheck?.Test]).toEqual([host.name, ["NONE"]]);
  expect(alloy.Config.Cmd).toEqual([
    "run",
    "--server.http.listen-addr=0.0.0.0:12345",
    "--storage.path=/var/lib/alloy/data",
    "--disable-reporting",
    "--server.http.disable-support-bundle",
    "--server.http.enable-pprof=false",
    "/etc/alloy/current/",
  ]);
  const network = async (name: string) => {
    const { Driver, Internal, IPAM } = await lab.client.getNetwork(name).inspect();
    return [Driver, Internal, name === "alloy-frontend" ? IPAM?.Config?.[0]?.Subnet : undefined];
  };
  expect(await network("alloy-frontend")).toEqual(["bridge", false, "172.30.100.8/29"]);
  expect(await network("alloy-backend")).toEqual(["bridge", true, undefined]);
}

/** A container in the fields that are asserted. */
async function factsOf({ client }: TestLab, found: Inspected) {
  const { HostConfig: host, Config: config } = found;
  return {
    running: found.State.Running,
    readOnly: host.ReadonlyRootfs,
    privileged: host.Privileged,
    capDrop: host.CapDrop,
    capAdd: host.CapAdd ?? [],
    securityOpt: host.SecurityOpt,
    memory: host.Memory,
    memorySwap: host.MemorySwap,
    pids: host.PidsLimit,
    user: config.User,
    groups: host.GroupAdd ?? [],
    tmpfs: host.Tmpfs ?? {},
    restart: host.RestartPolicy,
    ports: host.PortBindings ?? {},
    devices: host.Devices ?? [],
    pidMode: host.PidMode,
    env: ownEnvironment(found, await client.getImage(found.Image).inspect()),
    networks: networksOf(found),
    mounts: mountsOf(found),
  };
}

/** Environment of a container beyond what its image sets, in order of names. */
export function ownEnvironment(found: Inspected, image: Docker.ImageInspectInfo): string[] {
  const given = new Set(image.Config.Env ?? []);
  return (found.Config.Env ?? []).filter((line) => !given.has(line)).sort();
}

/** Names of the networks that a container is on. */
export function networksOf(found: Inspected): string[] {
  return Object.keys(found.NetworkSettings.Networks).sort();
}

/** Mounts of a container as `source → target (mode, propagation)`, in order. */
function mountsOf({ Mounts }: Inspected): string[] {
  return Mounts.map(
    ({ Source, Destination, RW, Propagation }) =>
      `${Source} → ${Destination} (${RW ? "rw" : "ro"}, ${Propagation})`,
  ).sort();
}
