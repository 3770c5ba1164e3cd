import { type Ipv4Range, rangeOfRoute } from "./ipv4.ts";
import { END } from "./script.ts";

/** What the script found on a host. A part that could not be found out is left out. */
export interface Findings {
  /** The host's clock, in s since 1970. */
  clock?: number;
  /** Who the SSH session runs as. */
  user: string;
  rights: "root" | "sudo" | "none";
  docker?: { version: string; apiVersion: string; platform: string };
  /** What Docker said instead of answering. */
  dockerError?: string;
  engine?: {
    memoryLimit: boolean;
    pidsLimit: boolean;
    rootDirectory: string;
    security: string[];
  };
  /** The stack that the label of the container `alloy` names, if there is one; empty: none, as earlier versions'. */
  agent?: string;
  networks: { name: string; id: string; bridge: string; subnets: string[] }[];
  /** Running containers in networks. */
  networkUsers: { network: string; container: string }[];
  /** What stands at the path of the Docker socket, if the SSH user can see it. */
  socket?: "there" | "other" | "missing";
  /** Networks without a gateway. */
  internal: string[];
  /** Networks that let nobody out, though Docker gives them a gateway. */
  deadEnds: string[];
  routes: { interface: string; range: Ipv4Range; direct: boolean }[];
  /** Of one that is there or can be had, `said` names its platforms. */
  images: Record<string, { state: string; said: string }>;
  /** Mirrors through which the engine reaches Docker Hub. */
  mirrors: string[];
  /** How the container with the host's mounts ended: `ok`, or what Docker said. */
  probe?: string;
  machineId?: string;
  /** GID of the group that may read this machine's journal, by directory. */
  journals: Record<string, number>;
  /** GID of the group `systemd-journal`. */
  journalGroup?: number;
  /** Free bytes where the service's directory is or will be. */
  space?: { path: string; bytes: number };
  /** Mount points whose size Alloy's user can't ask for. */
  unmeasured: string[];
  passwd: { name: string; id: number }[];
  group: { name: string; id: number }[];
}

/** Reads the script's output; throws when its end is missing. What a login script prints is passed over. */
export function parseFindings(output: string): Findings {
  const lines = output.split("\n");
  if (!lines.includes(END)) throw new Error("The checks were interrupted before their end.");
  const values = new Map<string, string[]>();
  for (const line of lines) {
    const [, key, value] = /^([a-z-]+)\t(.*)$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) {
      values.set(key, [...(values.get(key) ?? []), value]);
    }
  }
  return findingsOf((key) => values.get(key) ?? []);
}

/** The container's look comes after the SSH user's and sees more: the last finding of a key counts. */
function findingsOf(all: (key: string) => string[]): Findings {
  const last = (key: string) => all(key).findLast((value) => value !== "");
  const clock = last("clock");
  const agent = last("agent");
  const journalGroup = last("journal-group");
  return {
    ...(clock && { clock: Number(clock) }),
    user: last("user") ?? "",
    rights: (last("rights") ?? "none") as Findings["rights"],
    ...docker(last("docker"), last("engine")),
    ...(last("docker-error") !== undefined && { dockerError: last("docker-error") }),
    ...(last("socket") !== undefined && { socket: last("socket") as Findings["socket"] }),
    ...(agent !== undefined && { agent: agent.split(" ")[1] ?? "" }),
    networks: all("network").map(network),
    networkUsers: all("network-user").map(networkUser),
    internal: all("internal"),
    deadEnds: all("dead-end"),
    routes: all("route").map(route),
    images: Object.fromEntries(all("image").map(image)),
    mirrors: (last("mirrors") ?? "").split(" ").filter(Boolean),
    ...(last("probe") !== undefined && { probe: last("probe") }),
    ...(last("machine-id") !== undefined && { machineId: last("machine-id") }),
    journals: Object.fromEntries(all("journal").map(journal)),
    ...(journalGroup && { journalGroup: Number(journalGroup) }),
    ...space(last("space")),
    unmeasured: all("unmeasured"),
    passwd: all("passwd").map(account),
    group: all("group").map(account),
  };
}

function docker(version = "", engine = ""): Pick<Findings, "docker" | "engine"> {
  const [name = "", apiVersion = "", platform = ""] = version.split(" ");
  const [memory, pids, rootDirectory = "", ...security] = engine.split(" ");
  return {
    ...(version && { docker: { version: name, apiVersion, platform } }),
    ...(engine && {
      engine: {
        memoryLimit: memory === "true",
        pidsLimit: pids === "true",
        rootDirectory,
        security,
      },
    }),
  };
}

function network(value: string): Findings["networks"][number] {
  const [name = "", id = "", bridge = "-", ...subnets] = value.split(" ");
  return { name, id, bridge: bridge === "-" ? `br-${id.slice(0, 12)}` : bridge, subnets };
}

function networkUser(value: string): Findings["networkUsers"][number] {
  const [network = "", container = ""] = value.split(" ");
  return { network, container };
}

function route(value: string): Findings["routes"][number] {
  const [device = "", destination = "", gateway = "", mask = ""] = value.split(" ");
  return {
    interface: device,
    range: rangeOfRoute(destination, mask),
    direct: /^0+$/.test(gateway),
  };
}

function image(value: string): [string, { state: string; said: string }] {
  const [role = "", state = "", ...said] = value.split(" ");
  return [role, { state, said: said.join(" ") }];
}

function journal(value: string): [string, number] {
  const [path = "", gid = ""] = value.split(" ");
  return [path, Number(gid)];
}

function space(value = ""): Pick<Findings, "space"> {
  const [path = "", blocks = "", size = ""] = value.split(" ");
  return size ? { space: { path, bytes: Number(blocks) * Number(size) } } : {};
}

/** `name:x:id:…` of passwd or group. */
function account(value: string): { name: string; id: number } {
  const [name = "", , id = ""] = value.split(":");
  return { name, id: Number(id) };
}

/** What the operator's machine adds to the findings: its clock before and after the script, in s since 1970. */
export interface Operator {
  before: number;
  after: number;
}
