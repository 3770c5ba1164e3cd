import { alloyCommand } from "../../components/agent/alloy-container.ts";
import type { AlloyBundle } from "../../pipelines/alloy-bundle.ts";

/** The service as docker-compose and Ansible are told it. */
export interface Service {
  /** Directory on the host with `config` and `data`. */
  directory: string;
  images: { alloy: string; init: string; socketProxy: string };
  uid: number;
  gid: number;
  journalGid: number;
  dockerSocket: string;
  frontendSubnet: string;
  /** Networks of other services that Alloy joins. */
  externalNetworks: string[];
  /** Memory limits in MB. */
  memory: { alloy: number; init: number; socketProxy: number };
  /** Environment variables of Alloy with secrets. */
  secrets: Record<string, string>;
  /** API sections that the socket proxy lets through. */
  proxyEnvironment: string[];
}

/** What all three tools are to bring about. */
export interface Desired {
  /** Value of the label `host`, a new one each time. */
  host: string;
  /** Pipeline files by name. */
  pipelines: Record<string, string>;
  /** Pipelines and facts as one set. */
  bundle: AlloyBundle;
  metricsPassword: string;
}

/** Flags and configuration path; theirs is not a link to a version. */
export const flatCommand = [...alloyCommand.slice(0, -1), "/etc/alloy/"];

/** `alloy-init`: gives the state to Alloy's user. */
export function initCommand({ uid, gid }: Service): string[] {
  const skip = ["find", "/data", "-user", `${uid}`, "-prune"];
  return [...skip, "-o", "-exec", "chown", "-h", `${uid}:${gid}`, "{}", "+"];
}

export interface BindMount {
  source: string;
  target: string;
  readOnly: boolean;
  propagation?: string;
}

/** Bind mounts of Alloy. */
export function alloyMounts({ directory }: Service): BindMount[] {
  return [
    { source: `${directory}/config`, target: "/etc/alloy", readOnly: true },
    { source: `${directory}/data`, target: "/var/lib/alloy", readOnly: false },
    { source: "/", target: "/host/rootfs", readOnly: true, propagation: "rslave" },
    { source: "/proc", target: "/host/proc", readOnly: true },
    { source: "/sys", target: "/host/sys", readOnly: true },
    { source: "/etc/machine-id", target: "/etc/machine-id", readOnly: true },
  ];
}

/** The journal's directories, which the daemon makes where they are missing. */
export const journalVolumes = ["/var/log/journal", "/run/log/journal"].map(
  (path) => `${path}:${path}:ro`,
);
