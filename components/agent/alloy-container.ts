import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../config/schema.ts";
import { alloyRun } from "../files/alloy-run.ts";
import { hardened, restartPolicy } from "./hardening.ts";
import { ingressLabels, stackLabels, toContainerLabels } from "./labels.ts";

export interface AlloyContainerArgs {
  /** Image reference on the host. */
  image: pulumi.Input<string>;
  /** Networks in the order in which they are joined. */
  networks: pulumi.Input<string>[];
  host: Settings["host"];
  /** The journal's directory; left out where no pipeline reads it. */
  journal?: string | undefined;
  /** Memory limit in MB. */
  memory: number;
  restart: Settings["restart"];
  ingress?: Settings["ingress"];
}

/** The `alloy` container. It has no environment: whatever inspects it finds no secret. */
export function alloyContainer(args: AlloyContainerArgs): docker.ContainerArgs {
  const { serviceAccount, journal: readers } = args.host;
  const ingress = args.ingress ? ingressLabels(args.ingress) : {};
  return {
    // Alloy flushes its write-ahead log and its log batches before it ends.
    ...hardened({ memory: args.memory, graceSeconds: 30 }),
    name: "alloy",
    // What `node_uname_info` shows as `nodename`; Docker would give each new container another.
    hostname: args.host.name,
    image: args.image,
    command: alloyRun({ listen: "0.0.0.0", storage: "/var/lib/alloy/data" }),
    user: `${serviceAccount.uid}:${serviceAccount.gid}`,
    // Journal files have mode 0640 and this group.
    groupAdds: [`${readers.gid}`],
    ...restartPolicy(args.restart),
    tmpfs: { "/tmp": "" },
    // An image's own check would run in the agent's memory and PID limit.
    healthcheck: { tests: ["NONE"] },
    networksAdvanced: args.networks.map((name) => ({ name })),
    mounts: alloyMounts(args.host.directory),
    volumes: args.journal ? [readOnlyVolume(args.journal)] : [],
    labels: toContainerLabels({ ...stackLabels(pulumi.getStack()), ...ingress }),
  };
}

/** Bind mounts, whose sources exist on every host. */
function alloyMounts(directory: string): docker.types.input.ContainerMount[] {
  const readOnly = (source: string, target: string) => ({
    type: "bind",
    source,
    target,
    readOnly: true,
  });
  return [
    readOnly(`${directory}/config`, "/etc/alloy"),
    readOnly(`${directory}/secrets`, "/etc/alloy-secrets"),
    { type: "bind", source: `${directory}/data`, target: "/var/lib/alloy" },
    // rslave: a disk that is mounted on the host later shows up.
    { ...readOnly("/", "/host/rootfs"), bindOptions: { propagation: "rslave" } },
    readOnly("/proc", "/host/proc"),
    readOnly("/sys", "/host/sys"),
    readOnly("/etc/machine-id", "/etc/machine-id"),
  ];
}

/**
 * The journal as a volume, not as a mount: the daemon creates a volume's missing source, so after a reboot the agent
 * also starts where the journal's directory is not there yet. The other directory is left alone: a /var/log/journal that
 * Docker makes turns a volatile journal into a persistent one.
 */
function readOnlyVolume(path: string): docker.types.input.ContainerVolume {
  return { hostPath: path, containerPath: path, readOnly: true };
}
