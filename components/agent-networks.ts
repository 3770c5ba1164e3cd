import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Host } from "./host.ts";

export interface AgentNetworksArgs {
  host: Host;
  /** Pinned subnet of the frontend in CIDR form; Traefik's allow list for its metrics names it. */
  frontendSubnet: string;
}

/** The two networks of the service. Networks of other services are theirs and only joined. */
export class AgentNetworks extends pulumi.ComponentResource {
  /** Traefik and Alloy; also Alloy's way out. */
  readonly frontend: docker.Network;
  /** Alloy and the socket proxy, without a way out. */
  readonly backend: docker.Network;

  constructor(name: string, args: AgentNetworksArgs, opts?: pulumi.ComponentResourceOptions) {
    super("grafana-alloy:components:AgentNetworks", name, {}, opts);
    const child = { parent: this, provider: args.host.provider };
    this.frontend = new docker.Network(
      `${name}-frontend`,
      {
        name: "alloy-frontend",
        driver: "bridge",
        ipamConfigs: [{ subnet: args.frontendSubnet }],
      },
      child,
    );
    this.backend = new docker.Network(
      `${name}-backend`,
      { name: "alloy-backend", driver: "bridge", internal: true },
      child,
    );
    this.registerOutputs({ frontend: this.frontend.name, backend: this.backend.name });
  }
}
