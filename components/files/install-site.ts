import { oneShot } from "../../host-shell/one-shot.ts";

/** Where files are and which images work on them. */
export interface InstallSite {
  /** The service's directory on the host. */
  directory: string;
  /** Image with BusyBox. */
  initImage: string;
  /** Image of Alloy that will run the files. */
  alloyImage: string;
  /** Owner of secrets and state. */
  uid: number;
  gid: number;
  /** Memory limit of Alloy in MB, for validation too. */
  alloyMemory: number;
}

/** File with the directory that the agent had before, as long as its tokens are there. */
export const MOVED_FROM = "config/moved-from";

/** Where the socket proxy's rules are, below the service's directory. */
export const RULES_DIRECTORY = "socket-proxy";

/** Where the service's files are, and what reaches them. */
export type FileSite = Pick<InstallSite, "directory" | "initImage">;

/** By what `drift` finds the files in a stack's state: the type of `AlloyFiles`, and the names of its commands. */
export const filesType = "grafana-alloy:components:AlloyFiles";
export const filesCommand = {
  config: (component: string) => `${component}-config`,
  secret: (component: string, file: string) => `${component}-secret-${file}`,
};

/**
 * A script over the service's directory, as root. It has CAP_DAC_OVERRIDE, since the directory and those that the
 * host's owner gave other permissions may let nobody else in, and the capabilities named.
 */
export function inHost(
  site: FileSite,
  script: string,
  { stdin, addCapabilities = [] }: { stdin?: boolean; addCapabilities?: string[] } = {},
): string {
  return oneShot({
    image: site.initImage,
    mounts: [`${site.directory}:/service`],
    command: ["sh", "-euc", script.trim()],
    addCapabilities: ["DAC_OVERRIDE", ...addCapabilities],
    ...(stdin && { stdin }),
  });
}
