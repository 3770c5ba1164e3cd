import { dirname } from "node:path";
import type { Fault } from "../../config/faults.ts";
import type { HostSettings } from "../../config/parse.ts";
import type { Found, FoundContainer } from "./old-service.ts";
import { asideName, serviceNames } from "./record.ts";

/** What is wrong with a host that is to be adopted, all at once. The record of an earlier run is not asked. */
export function oldServiceFaults(found: Found, settings: HostSettings, stack: string): Fault[] {
  const alloy = found.containers.find(({ name }) => name === "alloy");
  return [
    ...containerFaults(found),
    ...(alloy ? agentFaults(alloy, settings, stack) : []),
    ...networkFaults(found, settings, stack),
    ...found.unwritable.map((path) => ({
      path,
      reason: "can't be written to by root without capabilities, as which files are installed",
      fix: `on the host, as root: chown root ${path}`,
    })),
  ];
}

/** Compose notes on its containers what they were made from; this program does not. */
function madeByCompose({ labels }: FoundContainer): boolean {
  return "com.docker.compose.config-hash" in labels;
}

function projectOf({ labels }: FoundContainer): string {
  return labels["com.docker.compose.project"] ?? "";
}

function containerFaults({ containers }: Found): Fault[] {
  const named = (name: string) => containers.find((container) => container.name === name);
  const project = containers.filter(({ name }) => name === "alloy").map(projectOf)[0];
  return serviceNames.flatMap((name) => {
    const container = named(name);
    const aside = named(asideName(name));
    return [
      ...(container ? ownerFaults(name, container, project) : [missing(name)]),
      ...(aside ? [inTheWay(aside.name)] : []),
    ];
  });
}

function missing(name: string): Fault {
  const reason = "is not on the host: nothing of the compose service to adopt";
  return {
    path: name,
    reason,
    fix: "docker compose up -d, or `pulumi up` where there was no service",
  };
}

function inTheWay(name: string): Fault {
  const reason = "is there, but no record of an adoption: its name is wanted";
  return { path: name, reason, fix: `on the host, once it is not needed: docker rm ${name}` };
}

function ownerFaults(name: string, container: FoundContainer, project?: string): Fault[] {
  if (!madeByCompose(container)) {
    const reason = "was not made by Docker Compose: it is this program's, or made by hand";
    return [
      { path: name, reason, fix: "`pulumi up` deploys to a host that has no compose service" },
    ];
  }
  if (projectOf(container) === project) return [];
  const reason = `belongs to the compose project ${projectOf(container)}, alloy to ${project}`;
  return [{ path: name, reason, fix: "adopt moves one project: rename or remove that container" }];
}

/** The state goes on only where the new agent looks for it, under the same labels. */
function agentFaults(alloy: FoundContainer, { host }: HostSettings, stack: string): Fault[] {
  const faults: Fault[] = [];
  const set = (path: string, value: string) =>
    `pulumi config set --stack ${stack} --path 'grafana-alloy:${path}' ${value}`;
  const state = alloy.mounts.find(({ Destination }) => Destination === "/var/lib/alloy")?.Source;
  const wanted = `${host.directory}/data`;
  if (state !== wanted) {
    const fix =
      state === undefined
        ? `mount ${wanted} there; or docker compose down, then pulumi up: positions begin anew`
        : state.endsWith("/data")
          ? set("host.directory", dirname(state))
          : `docker compose down; mv ${state} ${wanted}; mount that in its place; docker compose up -d`;
    const reason = `keeps its state in ${state ?? "no mount at /var/lib/alloy"}, the stack in ${wanted}`;
    faults.push({ path: "alloy", reason, fix });
  }
  if (!alloy.command.includes("--storage.path=/var/lib/alloy/data")) {
    const reason = "does not run with --storage.path=/var/lib/alloy/data, where the state is read";
    const fix = "stop it, move what it has to data/data, and set that flag in the compose file";
    faults.push({ path: "alloy", reason, fix });
  }
  if (alloy.hostLabel !== host.name) {
    const reason = `sends as host "${alloy.hostLabel}", the stack as "${host.name}": all logs would be read again`;
    faults.push({ path: "HOSTNAME_OVERRIDE", reason, fix: set("host.name", alloy.hostLabel) });
  }
  const { uid, gid } = host.serviceAccount;
  if (alloy.user !== `${uid}:${gid}`) {
    const reason = `runs as "${alloy.user}", the stack's agent as ${uid}:${gid}, which could not read the state`;
    const [user = "", group = user] = alloy.user.split(":");
    const value = `${user || "UID"} && ${set("host.serviceAccount.gid", group || "GID")}`;
    faults.push({ path: "alloy", reason, fix: set("host.serviceAccount.uid", value) });
  }
  return faults;
}

/** Both are kept with all that is in them, or neither is there. */
function networkFaults({ networks }: Found, settings: HostSettings, stack: string): Fault[] {
  const frontend = networks.find(({ name }) => name === "alloy-frontend");
  const backend = networks.find(({ name }) => name === "alloy-backend");
  if (!frontend && !backend) return [];
  const faults: Fault[] = [];
  for (const [name, there] of [
    ["alloy-frontend", frontend],
    ["alloy-backend", backend],
  ] as const) {
    if (there) continue;
    const reason = "is missing, while the other network of the service is there";
    faults.push({
      path: name,
      reason,
      fix: `on the host: docker network create ${name === "alloy-backend" ? "--internal " : ""}${name}`,
    });
  }
  const [subnet] = frontend?.subnets ?? [];
  if (subnet && subnet.Subnet !== settings.networks.frontendSubnet) {
    const reason = `has the subnet ${subnet.Subnet}, the stack says ${settings.networks.frontendSubnet}`;
    const fix = `pulumi config set --stack ${stack} --path 'grafana-alloy:networks.frontendSubnet' ${subnet.Subnet}`;
    faults.push({ path: "alloy-frontend", reason, fix });
  }
  if (backend && !backend.internal) {
    const reason = "has a way out: it is not an internal network";
    const fix = "make it `internal: true` in the compose file, docker compose up -d";
    faults.push({ path: "alloy-backend", reason, fix });
  }
  return faults;
}

/** Whether the networks of the service are there to be kept. */
export function keepsNetworks({ networks }: Found): boolean {
  return networks.some(({ name }) => name === "alloy-frontend");
}
