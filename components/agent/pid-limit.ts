import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host/host.ts";

/**
 * Bounds a container's processes. The Docker provider has no input for it, so the limit is set on the
 * container by its id: a new container gets it again.
 */
export function limitPids(
  name: string,
  args: { host: Host; container: docker.Container; limit: number },
  parent: pulumi.Resource,
): pulumi.Resource {
  const { host, container, limit } = args;
  const script = pulumi.interpolate`docker update --pids-limit ${limit} ${container.id}`;
  return host.command(name, { script }, { parent });
}
