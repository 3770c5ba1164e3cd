import type Docker from "dockerode";
import { dockerClient } from "../../lab/docker-engine.ts";
import type { Lab } from "../../lab/lab.ts";
import type { Tool } from "./tool.ts";

const CONTAINERS = ["alloy", "alloy-docker-proxy", "alloy-init"];

/** The settings of a container that have to be the same, whoever made it. */
type Essence = Record<string, unknown>;

/** Targets of mounts that only one side has: ours reads secrets from files, and mounts the one journal that it reads. */
const OWN_TARGETS = ["/etc/alloy-secrets", "/run/log/journal", "/var/log/journal"];

/** A check that a tool's containers have the settings of those of the first tool that it was asked for. */
export function equality(lab: Lab): (tool: Tool) => Promise<void> {
  const docker = dockerClient(lab.docker.host);
  const first: Record<string, Essence> = {};
  return async (tool) => {
    for (const name of CONTAINERS) {
      const found = essence(await docker.getContainer(name).inspect());
      first[name] ??= found;
      const faults = differences(name, first[name], found);
      if (faults.length > 0) throw new Error(`${tool.name}: ${faults.join("; ")}`);
    }
  };
}

/** Variables that only one side has, for the same reason. */
const OWN_VARIABLES = /^(METRICS|LOGS)_PASSWORD=/;

/** What `docker inspect` says of the settings that cost time or safety. */
export function essence(info: Docker.ContainerInspectInfo): Essence {
  const { Image, Config, HostConfig, Mounts, NetworkSettings } = info;
  const { ReadonlyRootfs, Memory, MemorySwap, PidsLimit, RestartPolicy, Tmpfs } = HostConfig;
  return {
    image: Image,
    user: Config.User,
    environment: Config.Env.filter((entry) => !OWN_VARIABLES.test(entry)).sort(),
    readOnly: ReadonlyRootfs,
    capabilities: { add: capabilities(HostConfig.CapAdd), drop: capabilities(HostConfig.CapDrop) },
    security: (HostConfig.SecurityOpt as string[]).map((option) => option.replace(":", "=")),
    memory: { limit: Memory, swap: MemorySwap },
    pids: PidsLimit,
    groups: HostConfig.GroupAdd ?? [],
    restart: RestartPolicy,
    tmpfs: Object.keys(Tmpfs ?? {}).sort(),
    mounts: Mounts.filter(({ Destination }) => !OWN_TARGETS.includes(Destination))
      .map(({ Destination, RW }) => `${Destination}:${RW ? "rw" : "ro"}`)
      .sort(),
    networks: Object.keys(NetworkSettings.Networks).sort(),
    healthcheck: Config.Healthcheck ?? null,
  };
}

/** The provider writes the prefix, the other tools don't. */
function capabilities(names: string[] | null | undefined): string[] {
  return (names ?? []).map((name) => name.replace(/^CAP_/, "")).sort();
}

/** One sentence for each setting in which two containers differ. */
export function differences(name: string, ours: Essence, theirs: Essence): string[] {
  return Object.keys({ ...ours, ...theirs }).flatMap((key) => {
    const [a, b] = [JSON.stringify(ours[key]), JSON.stringify(theirs[key])];
    return a === b ? [] : [`${name}: ${key} is ${a} with us and ${b} there`];
  });
}
