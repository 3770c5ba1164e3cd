import { expect } from "vitest";
import type { ProgramRun, Registered } from "../../../support/mock-program.ts";

/** Inputs of a run's Docker resources of one type, by name. */
export function inputsOf(run: ProgramRun, type: string): Record<string, Registered["inputs"]> {
  const found = run.resources.filter((one) => one.type.endsWith(`:${type}`));
  return Object.fromEntries(found.map(({ name, inputs }) => [name, inputs]));
}

/** What differs from host to host. */
export interface HostFacts {
  name: string;
  directory: string;
  journal: string;
  /** Networks of the databases. */
  external: readonly string[];
  labels: Label[];
}

interface Label {
  label: string;
  value: string;
}

/** Hardening and limits of every container: memory in MB, seconds to end, what is added to no capability. */
const baseline = (memory: number, grace: number, adds: string[] = []) => ({
  image: expect.any(String),
  readOnly: true,
  securityOpts: ["no-new-privileges=true"],
  capabilities: { drops: ["ALL"], adds },
  memory,
  memorySwap: memory,
  destroyGraceSeconds: grace,
});
const restart = { restart: "unless-stopped" };
const bind = (source: string, target: string) => ({ type: "bind", source, target });
const readOnly = (source: string, target = source) => ({ ...bind(source, target), readOnly: true });
const journal = (path: string) => ({ hostPath: path, containerPath: path, readOnly: true });

/** All inputs of the service's three containers. */
export function service({ name, directory, journal: group, external, labels: own }: HostFacts) {
  const networks = ["alloy-frontend", "alloy-backend", ...external];
  return {
    "alloy-container": {
      ...baseline(512, 30),
      ...restart,
      name: "alloy",
      hostname: name,
      healthcheck: { tests: ["NONE"] },
      command: [
        "run",
        "--server.http.listen-addr=0.0.0.0:12345",
        "--storage.path=/var/lib/alloy/data",
        "--disable-reporting",
        "--server.http.disable-support-bundle",
        "--server.http.enable-pprof=false",
        // With a slash at its end: without one nothing is loaded.
        "/etc/alloy/current/",
      ],
      user: "3125:3125",
      groupAdds: [group],
      tmpfs: { "/tmp": "" },
      mounts: [
        readOnly(`${directory}/config`, "/etc/alloy"),
        readOnly(`${directory}/secrets`, "/etc/alloy-secrets"),
        bind(`${directory}/data`, "/var/lib/alloy"),
        { ...readOnly("/", "/host/rootfs"), bindOptions: { propagation: "rslave" } },
        readOnly("/proc", "/host/proc"),
        readOnly("/sys", "/host/sys"),
        readOnly("/etc/machine-id"),
      ],
      volumes: [journal("/var/log/journal")],
      networksAdvanced: networks.map((name) => ({ name })),
      labels: own,
    },
    "alloy-socket-proxy-container": {
      ...baseline(50, 2),
      ...restart,
      name: "alloy-docker-proxy",
      envs: [expect.stringMatching(/^RULES_VERSION=[0-9a-f]{12}$/)],
      healthcheck: {
        tests: ["CMD", "wget", "--spider", "-q", "http://127.0.0.1:2375/_ping"],
        interval: "5s",
        timeout: "5s",
        retries: 3,
      },
      tmpfs: { "/run": "" },
      mounts: [
        readOnly("/var/run/docker.sock"),
        readOnly(`${directory}/socket-proxy/haproxy.cfg`, "/templates/haproxy.cfg"),
      ],
      networksAdvanced: [{ name: "alloy-backend" }],
      labels: stackLabel(name),
    },
    "alloy-init-container": {
      ...baseline(64, 2, ["CAP_CHOWN"]),
      name: "alloy-init",
      command: "find /data -user 3125 -prune -o -exec chown -h 3125:3125 {} +".split(" "),
      networkMode: "none",
      restart: "no",
      // Its end is waited for.
      attach: true,
      logs: true,
      mustRun: false,
      mounts: [bind(`${directory}/data`, "/data")],
      labels: stackLabel(name),
    },
  };
}

const stackLabel = (stack: string): Label[] => [{ label: "grafana-alloy.stack", value: stack }];

/** The labels of `alloy` in the order in which they are set; without an address the stack's alone. */
export function labels(stack: string, address?: string, title = "", description = ""): Label[] {
  if (!address) return stackLabel(stack);
  const rule = `Host(\`${address}\`)`;
  const ingress = {
    "gatus.alerts": '[{"type":"email"},{"type":"custom"}]',
    "gatus.conditions": '["[STATUS] == 200","[RESPONSE_TIME] < 1000"]',
    "gatus.headers.Host": address,
    "gatus.url": "http://172.30.100.6:8444/-/ready",
    "grafana-alloy.stack": stack,
    "homepage.description": description,
    "homepage.group": "Infrastructure",
    "homepage.href": `https://${address}`,
    "homepage.icon": "alloy.svg",
    "homepage.name": title,
    "traefik.docker.network": "alloy-frontend",
    "traefik.enable": "true",
    "traefik.http.routers.alloy-monitor.entrypoints": "monitoring",
    "traefik.http.routers.alloy-monitor.middlewares": "chain-no-auth@file",
    "traefik.http.routers.alloy-monitor.rule": `${rule} && Path(\`/-/ready\`)`,
    "traefik.http.routers.alloy-monitor.service": "alloy-svc",
    "traefik.http.routers.alloy-rtr.entrypoints": "https",
    "traefik.http.routers.alloy-rtr.middlewares": "chain-auth@file",
    "traefik.http.routers.alloy-rtr.rule": rule,
    "traefik.http.routers.alloy-rtr.service": "alloy-svc",
    "traefik.http.services.alloy-svc.loadbalancer.server.port": "12345",
  };
  return Object.entries(ingress).map(([label, value]) => ({ label, value }));
}
