import type Docker from "dockerode";
import { expect } from "vitest";

/** What the Docker API says of a container, in the fields that are asserted. */
export type Inspected = Docker.ContainerInspectInfo;

/** What a container of the service must be like on the engine, whatever the stack. */
export interface Expected {
  memoryMb: number;
  pids: number;
  user: string;
  addedCapabilities?: string[];
  tmpfs?: Record<string, string>;
  groups?: string[];
  restart: { Name: string; MaximumRetryCount: number };
}

/** Asserts every field of the hardening baseline and the container's exceptions from it. */
export function expectHardened(found: Inspected, expected: Expected): void {
  const host = found.HostConfig;
  expect({
    readOnly: host.ReadonlyRootfs,
    privileged: host.Privileged,
    capDrop: host.CapDrop,
    capAdd: host.CapAdd ?? [],
    securityOpt: host.SecurityOpt,
    memory: host.Memory,
    memorySwap: host.MemorySwap,
    pids: host.PidsLimit,
    user: found.Config.User,
    groups: host.GroupAdd ?? [],
    tmpfs: host.Tmpfs ?? {},
    restart: host.RestartPolicy,
    ports: host.PortBindings ?? {},
    devices: host.Devices ?? [],
    pidMode: host.PidMode,
  }).toEqual({
    readOnly: true,
    privileged: false,
    capDrop: ["ALL"],
    capAdd: expected.addedCapabilities ?? [],
    securityOpt: ["no-new-privileges=true"],
    memory: expected.memoryMb * 1024 * 1024,
    memorySwap: expected.memoryMb * 1024 * 1024,
    pids: expected.pids,
    user: expected.user,
    groups: expected.groups ?? [],
    tmpfs: expected.tmpfs ?? {},
    restart: expected.restart,
    ports: {},
    devices: [],
    pidMode: "",
  });
}

/** Environment of a container beyond what its image sets, in order of names. */
export function ownEnvironment(found: Inspected, image: Docker.ImageInspectInfo): string[] {
  const given = new Set(image.Config.Env ?? []);
  return (found.Config.Env ?? []).filter((line) => !given.has(line)).sort();
}

/** Mounts of a container as `source → target (mode, propagation)`, in order of targets. */
export function mountsOf(found: Inspected): string[] {
  return found.Mounts.map(
    ({ Source, Destination, RW, Propagation }) =>
      `${Source} → ${Destination} (${RW ? "rw" : "ro"}, ${Propagation})`,
  ).sort((a, b) => (targetOf(a) < targetOf(b) ? -1 : 1));
}

function targetOf(line: string): string {
  return line.split(" → ")[1] ?? "";
}

/** Names of the networks that a container is on. */
export function networksOf(found: Inspected): string[] {
  return Object.keys(found.NetworkSettings.Networks).sort();
}
