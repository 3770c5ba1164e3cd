import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { Image } from "../../config/schema.ts";
import type { Host } from "./host.ts";

/** An image on the host, as containers refer to it. */
export interface HostImage {
  /** Image id, or the name of one that exists only on the host. */
  reference: pulumi.Input<string>;
}

/** Brings an image to the host by its digest; one that is only on the host is taken as it is. */
export function hostImage(
  name: string,
  args: { host: Host; image: Image },
  parent: pulumi.Resource,
): HostImage {
  if (typeof args.image === "object") return { reference: args.image.local };
  const pulled = new docker.RemoteImage(
    name,
    // Other services may use the same image: it stays when this service goes.
    { name: args.image, keepLocally: true },
    { parent, provider: args.host.provider },
  );
  // By id: a reference by name shows as a change on every refresh.
  return { reference: pulled.imageId };
}
