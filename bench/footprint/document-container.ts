import { basename } from "node:path";
import type Docker from "dockerode";
import type { Lab } from "../../lab/lab.ts";
import { LAB_LABEL } from "../../lab/world/networks.ts";
import { BENCH_LABEL } from "./load.ts";

/** The container that runs the document's configuration, and the host name that its data carries. */
export const DOCUMENT = { container: "bench-document", host: "document" } as const;

/** The Docker volume with its state. */
export const STATE_VOLUME = "bench-document";

const CONFIG_FILE = "/etc/alloy/document.alloy";
const STATE_DIRECTORY = "/var/lib/alloy";
const JOURNAL = "/var/log/journal";

/** Mounts of `alloy` that the other one has its own of, or none. */
const OWN_TARGETS = ["/etc/alloy", "/etc/alloy-secrets", STATE_DIRECTORY];

export interface DocumentArgs {
  /** File on this machine with the configuration. */
  configFile: string;
  /** Where the engine of this machine has a journal; mounted where the document reads it. */
  journal: string;
  /** Environment, credentials included as the document has them. */
  env: string[];
}

/** What `docker inspect` says of `alloy`, in the fields that are copied. */
export type Inspected = Pick<
  Docker.ContainerInspectInfo,
  "Image" | "Config" | "HostConfig" | "NetworkSettings"
>;

/**
 * A container like `alloy`: same image, user, groups, limits, networks and view of the host. Only its
 * configuration, its state and its environment are its own.
 */
export function documentContainer(alloy: Inspected, args: DocumentArgs) {
  const { Config, HostConfig } = alloy;
  const networks = Object.keys(alloy.NetworkSettings.Networks);
  const [first = "", ...others] = networks;
  const options: Docker.ContainerCreateOptions = {
    name: DOCUMENT.container,
    Image: alloy.Image,
    User: Config.User,
    Cmd: [...(Config.Cmd ?? []).slice(0, -1), CONFIG_FILE],
    Env: args.env,
    Labels: { [LAB_LABEL]: "true", [BENCH_LABEL]: "true" },
    HostConfig: {
      GroupAdd: HostConfig.GroupAdd,
      ReadonlyRootfs: HostConfig.ReadonlyRootfs,
      CapDrop: HostConfig.CapDrop,
      SecurityOpt: HostConfig.SecurityOpt,
      Memory: HostConfig.Memory,
      MemorySwap: HostConfig.MemorySwap,
      PidsLimit: HostConfig.PidsLimit,
      Tmpfs: HostConfig.Tmpfs,
      LogConfig: HostConfig.LogConfig,
      NetworkMode: first,
      Binds: binds(HostConfig, args.journal),
      Mounts: mounts(HostConfig, args.configFile),
    },
  };
  return { options, others };
}

/** The document reads one journal directory; on this machine it may be the other one that has entries. */
function binds({ Binds }: Docker.HostConfig, journal: string): string[] {
  const others = (Binds ?? []).filter((bind) => bind.split(":")[1] !== JOURNAL);
  return [...others, `${journal}:${JOURNAL}:ro`];
}

function mounts({ Mounts = [] }: Docker.HostConfig, configFile: string): Docker.MountConfig {
  return [
    ...Mounts.filter(({ Target }) => !OWN_TARGETS.includes(Target)),
    { Type: "bind", Source: configFile, Target: CONFIG_FILE, ReadOnly: true },
    { Type: "volume", Source: STATE_VOLUME, Target: STATE_DIRECTORY },
  ];
}

/** Directory of the state within its volume, which has to be the user's own before the start. */
export function stateEntry({ Config }: Inspected) {
  const flag = "--storage.path=";
  const path = Config.Cmd?.find((word) => word.startsWith(flag))?.slice(flag.length);
  const [uid, gid] = Config.User.split(":").map(Number);
  if (!path || uid === undefined || Number.isNaN(uid)) {
    throw new Error(`alloy has no storage path or no numeric user: ${Config.Cmd}, ${Config.User}`);
  }
  return { path: basename(path), uid, gid: gid ?? uid };
}

/** The variables that the document names, for the lab's sinks and its stand-in for GitHub. */
export function documentEnv({
  metrics,
  logs,
  github,
}: Pick<Lab["world"], "metrics" | "logs" | "github">) {
  return [
    `HOSTNAME_OVERRIDE=${DOCUMENT.host}`,
    `GRAFANA_PROM_URL=${metrics.pushUrl}`,
    `GRAFANA_PROM_USERNAME=${metrics.username}`,
    `GRAFANA_PROM_PASSWORD=${metrics.password}`,
    `GRAFANA_LOKI_URL=${logs.pushUrl}`,
    `GRAFANA_LOKI_USERNAME=${logs.username}`,
    `GRAFANA_LOKI_PASSWORD=${logs.password}`,
    `GITHUB_API_TOKEN=${github.token}`,
    `GITHUB_API_URL=${github.url}`,
  ];
}
