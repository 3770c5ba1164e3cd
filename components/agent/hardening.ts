import type * as docker from "@pulumi/docker";
import type { Settings } from "../../config/schema.ts";

export interface Exceptions {
  /** Capabilities that are given back, with the `CAP_` prefix, each with its reason. */
  capabilities?: Record<string, string>;
  /** Why the container mounts the Docker socket. */
  dockerSocket?: string;
}

/** What single containers have beyond the baseline, and why. The policy pack refuses whatever is not here. */
export const exceptions: Record<string, Exceptions> = {
  "alloy-init": {
    capabilities: { CAP_CHOWN: "gives the state directory, which root created, to Alloy's user" },
  },
  "alloy-docker-proxy": {
    dockerSocket: "forwards read-only requests of Alloy to the Docker API, and no others",
  },
};

/** What a container's arguments take of the baseline. */
export interface HardeningArgs {
  /** Memory limit in MB. */
  memory: number;
  /** Seconds between the wish to stop and the kill. */
  graceSeconds: number;
  /** Capabilities added to none, with the `CAP_` prefix, by which the provider reads them back. */
  addCapabilities?: string[];
}

/** The part of a container's arguments that the baseline sets. */
export type HardenedArgs = Required<
  Pick<
    docker.ContainerArgs,
    "readOnly" | "securityOpts" | "capabilities" | "memory" | "memorySwap" | "destroyGraceSeconds"
  >
>;

/**
 * The one baseline of all containers: read-only root, no capability, no way to gain one, bounded memory.
 * The PID limit belongs to it too, but the provider has no input for it: see `pid-limit.ts`.
 */
export function hardened(args: HardeningArgs): HardenedArgs {
  return {
    readOnly: true,
    securityOpts: ["no-new-privileges=true"],
    capabilities: { drops: ["ALL"], adds: args.addCapabilities ?? [] },
    memory: args.memory,
    // Equal to memory: no swap, and the daemon refuses to raise memory above an unset swap limit later.
    memorySwap: args.memory,
    // Unset, the provider kills at once.
    destroyGraceSeconds: args.graceSeconds,
  };
}

/** The part of a container's arguments that says when Docker starts it again; after a failure, 3 times. */
export function restartPolicy(
  restart: Settings["restart"],
): Pick<docker.ContainerArgs, "restart" | "maxRetryCount"> {
  return restart === "on-failure" ? { restart, maxRetryCount: 3 } : { restart };
}

/** Inputs whose change the Docker provider reports as applied though it is not: they need a new container. */
export const replaceOnChanges = ["healthcheck", "tmpfs", "init"];
