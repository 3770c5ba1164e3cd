import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { endedPidLimitScript, pidLimitScript } from "../../host-shell/pid-limit.ts";
import type { Host } from "../host/host.ts";

/**
 * Bounds a container's processes. The Docker provider has no input for it, so the limit is set on the
 * container by its id: a new container gets it again. `ended`: it has ended by now, and may have been pruned.
 * `afterwards`: what else the script does with it.
 */
export function limitPids(
  name: string,
  args: {
    host: Host;
    container: docker.Container;
    limit: number;
    ended?: boolean;
    afterwards?: (id: string) => string;
  },
  parent: pulumi.Resource,
): pulumi.Resource {
  const { host, container, limit, afterwards = () => "" } = args;
  const limiting = args.ended ? endedPidLimitScript : pidLimitScript;
  const script = container.id.apply((id) => `${limiting(limit, id)}\n${afterwards(id)}`.trim());
  return host.command(name, { script }, { parent });
}
