import { dirname } from "node:path";
import { setTo } from "../../checks/host/check.ts";
import type { Fault } from "../../config/faults.ts";
import type { HostSettings } from "../../config/parse.ts";
import type { Found, FoundContainer } from "./old-service.ts";
import { asideName, serviceNames } from "./record.ts";

/** What is wrong with a host that is to be adopted, all at once. The record of an earlier run is not asked. */
export function oldServiceFaults(found: Found, settings: HostSettings, stack: string): Fault[] {
  const alloy = found.containers.find(({ name }) => name === "alloy");
  const aside = found.containers.filter(({ name }) => serviceNames.map(asideName).includes(name));
  return [
    ...serviceNames.flatMap((name) => ownerFault(name, found.containers, alloy)),
    ...aside.flatMap(({ name }) =>
      fault(
        name,
        "exists, but there is no record of an adoption; its name is needed",
        `on the host, if it is not needed: docker rm ${name}`,
      ),
    ),
    ...(alloy ? agentFaults(alloy, settings, stack) : []),
    ...networkFaults(found.networks, settings, stack),
    ...found.unwritable.flatMap((path) =>
      fault(
        path,
        "can't be written to by root without capabilities, which installs the files",
        `on the host, as root: chown root ${path}`,
      ),
    ),
  ];
}

/** One fault, or none unless it holds. */
function fault(path: string, reason: string, fix: string, holds = true): Fault[] {
  return holds ? [{ path, reason, fix }] : [];
}

function ownerFault(name: string, containers: FoundContainer[], alloy?: FoundContainer): Fault[] {
  const container = containers.find((each) => each.name === name);
  if (!container) {
    const reason = "is not on the host: nothing of the compose service to adopt";
    return fault(name, reason, "docker compose up -d, or `pulumi up` where there was no service");
  }
  // Compose notes on its containers what they were made from; this program does not.
  if (!("com.docker.compose.config-hash" in container.labels)) {
    const reason = "was not created by Docker Compose, but by this program or by hand";
    return fault(name, reason, "`pulumi up` deploys to a host that has no compose service");
  }
  const [own, agents] = [projectOf(container), projectOf(alloy ?? container)];
  const reason = `belongs to the compose project ${own}, alloy to ${agents}`;
  const fix = "adopt moves one project: rename or remove that container";
  return fault(name, reason, fix, own !== agents);
}

function projectOf({ labels }: FoundContainer): string {
  return labels["com.docker.compose.project"] ?? "";
}

/** The new agent continues with the state only if it finds it, under the same labels. */
function agentFaults(alloy: FoundContainer, { host }: HostSettings, stack: string): Fault[] {
  const { command, hostLabel, mounts, user } = alloy;
  const state = mounts.find(({ Destination }) => Destination === "/var/lib/alloy")?.Source;
  const data = `${host.directory}/data`;
  const { uid, gid } = host.serviceAccount;
  const [oldUid = "", oldGid = oldUid] = user.split(":");
  const set = (path: string, value: string) => setTo(stack, path, value);
  return [
    ...fault(
      "alloy",
      `keeps its state in ${state ?? "no mount at /var/lib/alloy"}, the stack in ${data}`,
      state?.endsWith("/data")
        ? set("host.directory", dirname(state))
        : `docker compose down, move the state to ${data}, mount that in its place, docker compose up -d`,
      state !== data,
    ),
    ...fault(
      "alloy",
      "does not run with --storage.path=/var/lib/alloy/data, where the state is read",
      "stop it, move what it has to data/data, and set that flag in the compose file",
      !command.includes("--storage.path=/var/lib/alloy/data"),
    ),
    ...fault(
      "HOSTNAME_OVERRIDE",
      `sends as host "${hostLabel}", the stack as "${host.name}": all logs would be read again`,
      set("host.name", hostLabel),
      hostLabel !== host.name,
    ),
    ...fault(
      "alloy",
      `runs as "${user}", the stack's agent as ${uid}:${gid}, which could not read the state`,
      `${set("host.serviceAccount.uid", oldUid || "UID")} && ${set("host.serviceAccount.gid", oldGid || "GID")}`,
      user !== `${uid}:${gid}`,
    ),
  ];
}

/** Both are kept with all that is in them, or neither is there. */
function networkFaults(
  networks: Found["networks"],
  settings: HostSettings,
  stack: string,
): Fault[] {
  if (networks.length === 0) return [];
  const frontend = networks.find(({ name }) => name === "alloy-frontend");
  const backend = networks.find(({ name }) => name === "alloy-backend");
  const missing = "is missing, while the other network of the service is there";
  const wanted = settings.networks.frontendSubnet;
  const subnet = frontend?.subnets[0]?.Subnet ?? wanted;
  return [
    ...fault("alloy-frontend", missing, "docker network create alloy-frontend", !frontend),
    ...fault("alloy-backend", missing, "docker network create --internal alloy-backend", !backend),
    ...fault(
      "alloy-frontend",
      `has the subnet ${subnet}, the stack says ${wanted}`,
      setTo(stack, "networks.frontendSubnet", subnet),
      subnet !== wanted,
    ),
    ...fault(
      "alloy-backend",
      "has a way out: it is not an internal network",
      "make it `internal: true` in the compose file, docker compose up -d",
      backend?.internal === false,
    ),
  ];
}
