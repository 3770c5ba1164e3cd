import { shellLine } from "./shell.ts";

export interface OneShotArgs {
  /** Image reference on the host. */
  image: string;
  /** What runs in it, word by word. */
  command: string[];
  /** Bind mounts as `source:target[:ro]`. */
  mounts?: string[];
  /** Bind mounts for looking only: Docker refuses a source that is missing, where of `mounts` it makes one. */
  readOnlyMounts?: { source: string; target: string }[];
  /** `uid:gid`; left out: root, without capabilities. */
  user?: string;
  /** Docker network, or `container:<name>`; left out: none at all. */
  network?: string;
  /** Memory limit in MB; 64 unless told. */
  memory?: number;
  /** Capabilities added to none. */
  addCapabilities?: string[];
  /** Hands standard input on; `false` unless told, so that it is left for the next command. */
  stdin?: boolean;
}

/**
 * A `docker run` command line for a container that does one thing and is gone, under the same baseline
 * as the service's containers. Files are worked on through it because
 * that asks nothing of the SSH user but to use Docker.
 */
export function oneShot(args: OneShotArgs): string {
  return shellLine([
    ...["docker", "run", "--rm", "--network", args.network ?? "none"],
    ...["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"],
    ...["--pids-limit", "50", "--memory", `${args.memory ?? 64}m`, "--tmpfs", "/tmp"],
    ...(args.stdin ? ["--interactive"] : []),
    ...(args.addCapabilities ?? []).flatMap((capability) => ["--cap-add", capability]),
    ...(args.user ? ["--user", args.user] : []),
    ...(args.mounts ?? []).flatMap((mount) => ["-v", mount]),
    ...(args.readOnlyMounts ?? []).flatMap(({ source, target }) => [
      "--mount",
      `type=bind,source=${source},target=${target},readonly`,
    ]),
    args.image,
    ...args.command,
  ]);
}
