import { isDeepStrictEqual } from "node:util";
import type Docker from "dockerode";
import { type Entry, entriesArchive } from "../images/entries.ts";
import { shortHash } from "../images/layers.ts";
import { LAB_LABEL, removeLabelledNetworks } from "./networks.ts";

/** The hash of what a container was made from: a second start leaves it alone when it is the same. */
const SPEC_LABEL = "grafana-alloy-lab.spec";

export interface ContainerSpec {
  name: string;
  image: string;
  /** In place of the image's: published images have others than those that the lab builds. */
  entrypoint?: string[];
  cmd?: string[];
  user?: string;
  env?: string[];
  labels?: Record<string, string>;
  /** Networks by name, the first at creation, with a fixed address or further names where needed. */
  networks: Record<string, { address?: string; aliases?: string[] }>;
  /** Ports published at each of the addresses. */
  publish?: { port: number; at: string[]; hostPort: number };
  /** MB, so that a sink that grows hurts itself and not the machine. */
  memory: number;
  /** Files written before the start; secrets come this way, as `docker inspect` shows all else. */
  files?: Entry[];
  /** Files that may change while it runs: written before the start too, but no reason to make it again. */
  changing?: Entry[];
}

/** Makes the container run as specified; true if something had to be done. */
export async function ensureContainer(docker: Docker, spec: ContainerSpec): Promise<boolean> {
  const hash = shortHash({ ...spec, changing: undefined });
  const existing = await findContainer(docker, spec.name);
  if (existing && existing.Labels[LAB_LABEL] !== "true") {
    throw new Error(
      `A container named ${spec.name} exists and is not the lab's: rename or remove it (docker rm ${spec.name}).`,
    );
  }
  if (existing?.Labels[SPEC_LABEL] === hash) {
    if (existing.State === "running") return false;
    await docker.getContainer(existing.Id).start();
    return true;
  }
  if (existing) await docker.getContainer(existing.Id).remove({ force: true, v: true });
  await create(docker, spec, hash);
  return true;
}

/** Removes every container and network that bears the lab's label. */
export async function removeLabelled(docker: Docker): Promise<void> {
  const filters = { label: [`${LAB_LABEL}=true`] };
  const containers = await docker.listContainers({ all: true, filters });
  await Promise.all(
    containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })),
  );
  await removeLabelledNetworks(docker);
}

/** Writes files into a container, whether it runs or not. */
export async function putFiles(container: Docker.Container, files: Entry[]): Promise<void> {
  if (files.length) await container.putArchive(entriesArchive(files), { path: "/" });
}

/** The container's last 15 lines, for an error message. */
export async function lastLines(docker: Docker, name: string): Promise<string> {
  const container = docker.getContainer(name);
  const log = await container.logs({ stdout: true, stderr: true, tail: 15 });
  const lines: string[] = [];
  // Each piece has a head of 8 bytes that ends with its length.
  for (let at = 0; at + 8 <= log.length; ) {
    const end = at + 8 + log.readUInt32BE(at + 4);
    lines.push(log.toString("utf8", at + 8, end));
    at = end;
  }
  return lines.join("");
}

async function findContainer(docker: Docker, name: string) {
  const found = await docker.listContainers({ all: true, filters: { name: [`^/${name}$`] } });
  return found.find(({ Names }) => isDeepStrictEqual(Names, [`/${name}`]));
}

async function create(docker: Docker, spec: ContainerSpec, hash: string): Promise<void> {
  const [first, ...others] = Object.entries(spec.networks);
  if (!first) throw new Error(`Container ${spec.name} needs a network.`);
  const container = await docker.createContainer({
    name: spec.name,
    Image: spec.image,
    Entrypoint: spec.entrypoint,
    Cmd: spec.cmd,
    User: spec.user,
    Env: spec.env,
    Labels: { ...spec.labels, [LAB_LABEL]: "true", [SPEC_LABEL]: hash },
    ExposedPorts: spec.publish && { [`${spec.publish.port}/tcp`]: {} },
    HostConfig: hostConfig(spec, first[0]),
    NetworkingConfig: { EndpointsConfig: { [first[0]]: endpoint(first[1]) } },
  });
  await putFiles(container, [...(spec.files ?? []), ...(spec.changing ?? [])]);
  for (const [name, options] of others) {
    const EndpointConfig = endpoint(options);
    await docker.getNetwork(name).connect({ Container: container.id, EndpointConfig });
  }
  await container.start();
}

function hostConfig(spec: ContainerSpec, network: string): Docker.HostConfig {
  const { publish, memory } = spec;
  const bindings = publish?.at.map((HostIp) => ({ HostIp, HostPort: String(publish.hostPort) }));
  return {
    NetworkMode: network,
    PortBindings: publish && { [`${publish.port}/tcp`]: bindings },
    Memory: memory * 1024 * 1024,
    // The agent reads container logs through the engine, which needs a driver that keeps them.
    LogConfig: { Type: "json-file", Config: { "max-size": "20m", "max-file": "2" } },
  };
}

function endpoint({ address, aliases }: { address?: string; aliases?: string[] }) {
  return { Aliases: aliases, IPAMConfig: address ? { IPv4Address: address } : undefined };
}
