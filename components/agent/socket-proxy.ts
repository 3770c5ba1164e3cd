import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../config/schema.ts";
import type { FileSite } from "../files/install-site.ts";
import type { Host } from "../host/host.ts";
import { hardened, replaceOnChanges, restartPolicy } from "./hardening.ts";
import { stackLabels, toContainerLabels } from "./labels.ts";
import { limitPids } from "./pid-limit.ts";
import { PROXY, rulesFile, rulesVersion, TEMPLATE, writeRules } from "./socket-proxy-rules.ts";
import { awaitServing, tryProxy } from "./socket-proxy-trial.ts";

export interface SocketProxyArgs {
  host: Host;
  /** Image reference on the host. */
  image: pulumi.Input<string>;
  /** Memory limit in MB. */
  memory: number;
  restart: Settings["restart"];
  /** Docker socket on the host. */
  dockerSocket: string;
  /** Where the rules are written on the host, and with which image. */
  site: pulumi.Output<FileSite>;
  /** The service's directories exist. */
  directories: pulumi.Resource;
  /** The internal network on which Alloy reaches it. */
  network: pulumi.Input<string>;
}

/**
 * The image's own switches stay closed: were its template elsewhere one day, Alloy would be refused, and nothing
 * opened. The version has a container replaced whose rules changed.
 */
export const socketProxyEnvs = [`RULES_VERSION=${rulesVersion}`];

/** Read-only Docker API for Alloy; the only container that mounts the Docker socket. */
export class SocketProxy extends pulumi.ComponentResource {
  /** It serves, and its processes are bounded. */
  readonly ready: pulumi.Resource;

  constructor(name: string, args: SocketProxyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("grafana-alloy:components:SocketProxy", name, {}, opts);
    const rules = args.host.command(
      `${name}-rules`,
      { script: provenRules(args) },
      { parent: this, dependsOn: [args.directories] },
    );
    const container = new docker.Container(`${name}-container`, socketProxyContainer(args), {
      parent: this,
      dependsOn: [rules],
      provider: args.host.provider,
      replaceOnChanges,
      deleteBeforeReplace: true,
    });
    const { host } = args;
    const limited = { host, container, limit: 50, afterwards: awaitServing };
    this.ready = limitPids(`${name}-pid-limit`, limited, this);
    this.registerOutputs({ containerId: container.id });
  }
}

/** A new image is tried as new rules are: its reference is part of the script. */
function provenRules({ site, image, memory, dockerSocket }: SocketProxyArgs) {
  return pulumi
    .all([site, image])
    .apply(([at, image]) =>
      writeRules(at, (rules) => tryProxy({ image, memory, dockerSocket, rules })),
    );
}

function socketProxyContainer(args: SocketProxyArgs): docker.ContainerArgs {
  return {
    // HAProxy would wait for streams that never end; it has nothing to lose.
    ...hardened({ memory: args.memory, graceSeconds: 2 }),
    name: PROXY,
    image: args.image,
    // No user: HAProxy must be root to open the socket, whose group differs from host to host.
    envs: socketProxyEnvs,
    ...restartPolicy(args.restart),
    tmpfs: { "/run": "" },
    networksAdvanced: [{ name: args.network }],
    mounts: [
      { type: "bind", source: args.dockerSocket, target: "/var/run/docker.sock", readOnly: true },
      {
        type: "bind",
        source: args.site.apply(({ directory }) => rulesFile(directory)),
        target: TEMPLATE,
        readOnly: true,
      },
    ],
    labels: toContainerLabels(stackLabels(pulumi.getStack())),
    // By its address: `localhost` may be IPv6, where HAProxy need not listen.
    healthcheck: {
      tests: ["CMD", "wget", "--spider", "-q", "http://127.0.0.1:2375/_ping"],
      interval: "5s",
      timeout: "5s",
      retries: 3,
    },
  };
}
