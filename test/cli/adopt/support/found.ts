import type { Found, FoundContainer } from "../../../../cli/adopt/old-service.ts";
import { ids } from "./record.ts";

const hash = { "com.docker.compose.config-hash": "1", "com.docker.compose.project": "alloy" };

/** A container of the compose service on svlnas. */
export function oldContainer(name: string, more: Partial<FoundContainer> = {}): FoundContainer {
  const key = { alloy: "alloy", "alloy-init": "init" }[name] ?? "proxy";
  return {
    kind: "container",
    id: ids[key as keyof typeof ids],
    name,
    running: name !== "alloy-init",
    user: name === "alloy" ? "3125:3125" : "",
    command: name === "alloy" ? ["run", "--storage.path=/var/lib/alloy/data", "/etc/alloy"] : [],
    restart: { Name: "on-failure", MaximumRetryCount: 3 },
    labels: { ...hash, "com.docker.compose.service": name },
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
      {
        kind: "network",
        name: "alloy-frontend",
        internal: false,
        subnets: [{ Subnet: "172.30.100.8/29" }],
      },
      { kind: "network", name: "alloy-backend", internal: true, subnets: [] },
    ],
    unwritable: [],
    positions: undefined,
    record: undefined,
    ...more,
  };
}

/** The lines that the script of `look` prints for a host. */
export function lookOutput({ containers, networks, unwritable, record }: Found): string {
  const lines: unknown[] = [
    ...containers.map((one) => ({ ...one, name: `/${one.name}`, hostLabel: [one.hostLabel] })),
    ...networks,
    ...unwritable.map((path) => ({ kind: "unwritable", path })),
    ...(record ? [{ kind: "record", record }] : []),
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}
