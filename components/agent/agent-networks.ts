import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { StandingNetwork } from "../../host-shell/standing.ts";
import type { Host } from "../host/host.ts";
import { adoptedId } from "./adopted-networks.ts";
import { networkNames } from "./names.ts";

export interface AgentNetworksArgs {
  host: Host;
  /** Pinned subnet of the frontend in CIDR form; Traefik's allow list for its metrics names it. */
  frontendSubnet: string;
  /** Whether the two are there already, made by compose: then they are joined and nothing else. */
  existing: boolean;
  /** What is on the host under their names. */
  standing: StandingNetwork[];
}

/** A network that a container joins by its name. */
export interface JoinedNetwork {
  name: pulumi.Input<string>;
}

/** The two networks of the service. Networks of other services are theirs and only joined. */
export class AgentNetworks extends pulumi.ComponentResource {
  /** Traefik and Alloy; also Alloy's way out. */
  readonly frontend: JoinedNetwork;
  /** Alloy and the socket proxy, without a way out. */
  readonly backend: JoinedNetwork;

  constructor(name: string, args: AgentNetworksArgs, opts?: pulumi.ComponentResourceOptions) {
    super("grafana-alloy:components:AgentNetworks", name, {}, opts);
    const made = args.existing ? undefined : this.create(name, args);
    this.frontend = made?.frontend ?? { name: networkNames.frontend };
    this.backend = made?.backend ?? { name: networkNames.backend };
    this.registerOutputs({ frontend: this.frontend.name, backend: this.backend.name });
  }

  private create(name: string, { host, frontendSubnet: subnet, standing }: AgentNetworksArgs) {
    const options = (wanted: Parameters<typeof adoptedId>[0]) => ({
      parent: this,
      provider: host.provider,
      import: adoptedId(wanted, standing),
      // The provider waits 30 s for others to leave and fails without their names: see host-checks.ts.
      retainOnDelete: true,
    });
    const frontend = new docker.Network(
      `${name}-frontend`,
      { name: networkNames.frontend, driver: "bridge", ipamConfigs: [{ subnet }] },
      {
        ...options({ name: networkNames.frontend, subnet }),
        // Newer engines tell the one that they chose.
        ignoreChanges: ["ipamConfigs[0].gateway"],
      },
    );
    const backend = new docker.Network(
      `${name}-backend`,
      { name: networkNames.backend, driver: "bridge", internal: true },
      options({ name: networkNames.backend, internal: true }),
    );
    return { frontend, backend };
  }
}
