import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../config/schema.ts";
import type { Host } from "../host/host.ts";
import { hardened, replaceOnChanges, restartPolicy } from "./hardening.ts";
import { composeLabels, toContainerLabels } from "./labels.ts";
import { limitPids } from "./pid-limit.ts";

export interface SocketProxyArgs {
  host: Host;
  /** Image reference on the host. */
  image: pulumi.Input<string>;
  /** Memory limit in MB. */
  memory: number;
  restart: Settings["restart"];
  /** Docker socket on the host. */
  dockerSocket: string;
  /** The internal network on which Alloy reaches it. */
  network: pulumi.Input<string>;
}

/** API sections that Alloy needs, and no way to change anything. */
export const socketProxyEnvs = [
  "CONTAINERS=1", // discovery and logs
  "EVENTS=1", // starts and stops of containers
  "INFO=1", // the engine's facts
  "NETWORKS=1", // discovery.docker reads the networks' labels
  "PING=1", // the health check
  "POST=0", // read-only
  "VERSION=1", // API version negotiation
];

/** Read-only Docker API for Alloy; the only container that mounts the Docker socket. */
export class SocketProxy extends pulumi.ComponentResource {
  readonly container: docker.Container;

  constructor(name: string, args: SocketProxyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("grafana-alloy:components:SocketProxy", name, {}, opts);
    this.container = new docker.Container(`${name}-container`, socketProxyContainer(args), {
      parent: this,
      provider: args.host.provider,
      replaceOnChanges,
      deleteBeforeReplace: true,
    });
    limitPids(`${name}-pid-limit`, { host: args.host, container: this.container, limit: 50 }, this);
    this.registerOutputs({ containerId: this.container.id });
  }
}

function socketProxyContainer(args: SocketProxyArgs): docker.ContainerArgs {
  return {
    // HAProxy would wait for streams that never end; it has nothing to lose.
    ...hardened({ memory: args.memory, graceSeconds: 2 }),
    name: "alloy-docker-proxy",
    image: args.image,
    // No user: HAProxy must be root to open the socket, whose group differs from host to host.
    envs: socketProxyEnvs,
    ...restartPolicy(args.restart),
    tmpfs: { "/run": "" },
    networksAdvanced: [{ name: args.network }],
    mounts: [
      { type: "bind", source: args.dockerSocket, target: "/var/run/docker.sock", readOnly: true },
    ],
    labels: toContainerLabels(composeLabels("alloy-docker-proxy")),
    healthcheck: {
      tests: ["CMD", "wget", "--spider", "-q", "http://localhost:2375/_ping"],
      interval: "5s",
      timeout: "5s",
      retries: 3,
    },
    wait: true,
    waitTimeout: 60,
  };
}
