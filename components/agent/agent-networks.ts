import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host/host.ts";

export interface AgentNetworksArgs {
  host: Host;
  /** Pinned subnet of the frontend in CIDR form; Traefik's allow list for its metrics names it. */
  frontendSubnet: string;
  /** Whether the two are there already, made by compose: then they are joined and nothing else. */
  existing: boolean;
}

/** A network that a container joins by its name. */
export interface JoinedNetwork {
  name: pulumi.Input<string>;
}

const names = { frontend: "alloy-frontend", backend: "alloy-backend" } as const;

/** The two networks of the service. Networks of other services are theirs and only joined. */
export class AgentNetworks extends pulumi.ComponentResource {
  /** Traefik and Alloy; also Alloy's way out. */
  readonly frontend: JoinedNetwork;
  /** Alloy and the socket proxy, without a way out. */
  readonly backend: JoinedNetwork;

  constructor(name: string, args: AgentNetworksArgs, opts?: pulumi.ComponentResourceOptions) {
    super("grafana-alloy:components:AgentNetworks", name, {}, opts);
    const made = args.existing ? undefined : this.create(name, args);
    this.frontend = made?.frontend ?? { name: names.frontend };
    this.backend = made?.backend ?? { name: names.backend };
    this.registerOutputs({ frontend: this.frontend.name, backend: this.backend.name });
  }

  private create(name: string, { host, frontendSubnet }: AgentNetworksArgs) {
    const child = { parent: this, provider: host.provider };
    const frontend = new docker.Network(
      `${name}-frontend`,
      { name: names.frontend, driver: "bridge", ipamConfigs: [{ subnet: frontendSubnet }] },
      child,
    );
    const backend = new docker.Network(
      `${name}-backend`,
      { name: names.backend, driver: "bridge", internal: true },
      child,
    );
    return { frontend, backend };
  }
}
