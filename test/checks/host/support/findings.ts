import type { Findings } from "../../../../checks/host/findings.ts";

/** What the script finds on a host that has everything. */
export function healthyFindings(change: Partial<Findings> = {}): Findings {
  return {
    clock: 1000,
    user: "deploy",
    rights: "sudo",
    docker: { version: "28.3.1", apiVersion: "1.51", platform: "linux/amd64" },
    engine: {
      memoryLimit: true,
      pidsLimit: true,
      rootDirectory: "/var/lib/docker",
      security: ["name=seccomp,profile=builtin"],
    },
    socket: "there",
    networks: [
      {
        name: "bridge",
        id: "a".repeat(64),
        bridge: "docker0",
        subnets: ["172.17.0.0/16"],
      },
      {
        name: "immich-backend",
        id: "b".repeat(64),
        bridge: "br-bbbbbbbbbbbb",
        subnets: ["172.18.0.0/16"],
      },
    ],
    networkUsers: [],
    internal: [],
    deadEnds: [],
    routes: [],
    images: Object.fromEntries(
      ["alloy", "init", "socketProxy"].map((role) => [
        role,
        { state: "present", said: "linux/amd64 linux/arm64" },
      ]),
    ),
    mirrors: [],
    probe: "ok",
    machineId: "0123456789abcdef0123456789abcdef",
    journals: { "/var/log/journal": 102 },
    journalGroup: 102,
    space: { path: "/mnt/vm-pool/apps/services/alloy", bytes: 50e9 },
    unmeasured: [],
    passwd: [{ name: "svc-app-alloy", id: 3125 }],
    group: [{ name: "svc-app-alloy", id: 3125 }],
    ...change,
  };
}
