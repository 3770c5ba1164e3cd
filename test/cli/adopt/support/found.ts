import type { Found, FoundContainer } from "../../../../cli/adopt/old-service.ts";
import type { Record } from "../../../../cli/adopt/record.ts";

const letters: { [name: string]: string } = { alloy: "a", "alloy-docker-proxy": "b" };

/** Id of a container of the compose service. */
export const idOf = (name: string) => (letters[name] ?? "c").repeat(64);

/** A container of the compose service on svlnas. */
export function oldContainer(name: string, more: Partial<FoundContainer> = {}): FoundContainer {
  return {
    id: idOf(name),
    name,
    running: name !== "alloy-init",
    user: name === "alloy" ? "3125:3125" : "",
    command: name === "alloy" ? ["run", "--storage.path=/var/lib/alloy/data", "/etc/alloy"] : [],
    restart: { Name: "on-failure", MaximumRetryCount: 3 },
    labels: { "com.docker.compose.config-hash": "1", "com.docker.compose.project": "alloy" },
    mounts: [{ Source: "/mnt/vm-pool/apps/services/alloy/data", Destination: "/var/lib/alloy" }],
    hostLabel: name === "alloy" ? "svlnas" : "",
    ...more,
  };
}

/** The host as `look` finds it. */
export function oldHost(more: Partial<Found> = {}): Found {
  return {
    containers: ["alloy", "alloy-docker-proxy", "alloy-init"].map((name) => oldContainer(name)),
    networks: [
      { name: "alloy-frontend", internal: false, subnets: [{ Subnet: "172.30.100.8/29" }] },
      { name: "alloy-backend", internal: true, subnets: [] },
    ],
    unwritable: [],
    record: undefined,
    ...more,
  };
}

/** The lines that the script of `look` prints for a host. */
export function lookOutput({ containers, networks, unwritable, record }: Found): string {
  const lines = [
    ...containers.map((one) => ({
      container: { ...one, name: `/${one.name}`, hostLabel: [one.hostLabel] },
    })),
    ...networks.map((network) => ({ network })),
    ...unwritable.map((path) => ({ unwritable: path })),
    ...(record ? [{ record }] : []),
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

/** What is kept of that host, in the order in which Docker lists containers. */
export const record: Record = {
  version: 1,
  stack: "svlnas",
  phase: "moving",
  settings: ["limits", "networks"],
  containers: [
    { name: "alloy-init", policy: "no", retries: 0, running: false },
    { name: "alloy", policy: "on-failure", retries: 3, running: true },
    { name: "alloy-docker-proxy", policy: "unless-stopped", retries: 0, running: true },
  ].map(({ name, running, ...restart }) => ({
    ...{ id: idOf(name), name: name as "alloy", restart, running },
  })),
};
