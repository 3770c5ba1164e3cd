import type { Props, StackResource } from "../../../policy/resource.ts";
import { types } from "../../../policy/resource.ts";

/** A container that every rule lets pass; what a test changes is laid over it. */
export function container(change: Props = {}): StackResource {
  return resource(types.container, "alloy-container", {
    name: "alloy",
    image: `docker.io/grafana/alloy:v1@sha256:${"a".repeat(64)}`,
    readOnly: true,
    securityOpts: ["no-new-privileges=true"],
    capabilities: { drops: ["ALL"], adds: [] },
    memory: 512,
    memorySwap: 512,
    user: "3125:3125",
    networksAdvanced: [{ name: "alloy-frontend" }],
    ...change,
  });
}

export function resource(
  type: string,
  name: string,
  props: Props,
  dependencies: string[] = [],
): StackResource {
  return { type, name, props, dependencies };
}
