import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "./host.ts";

/** Brings an image to the host; returns its id, since a reference by name shows as a change on every refresh. */
export function hostImage(
  name: string,
  args: { host: Host; image: string },
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const pulled = new docker.RemoteImage(
    name,
    // Other services may use the same image: it stays when this service goes.
    { name: args.image, keepLocally: true },
    { parent, provider: args.host.provider },
  );
  return pulled.imageId;
}
