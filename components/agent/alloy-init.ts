import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host/host.ts";
import { exceptions, hardened } from "./hardening.ts";
import { stackLabels, toContainerLabels } from "./labels.ts";
import { limitPids } from "./pid-limit.ts";

export interface AlloyInitArgs {
  host: Host;
  /** Image with BusyBox. */
  image: pulumi.Input<string>;
  /** Directory on the host that Alloy keeps its state in. */
  dataDirectory: string;
  /** Owner that the state gets. */
  uid: number;
  gid: number;
}

/** One-shot container that gives the state directory to Alloy's user. */
export class AlloyInit extends pulumi.ComponentResource {
  /** The container once it ended well; its failure fails the update before Alloy's container is. */
  readonly done: pulumi.Output<docker.Container>;

  constructor(name: string, args: AlloyInitArgs, opts?: pulumi.ComponentResourceOptions) {
    super("grafana-alloy:components:AlloyInit", name, {}, opts);
    const container = new docker.Container(`${name}-container`, alloyInitContainer(args), {
      parent: this,
      provider: args.host.provider,
      dependsOn: opts?.dependsOn,
      deleteBeforeReplace: true,
    });
    limitPids(`${name}-pid-limit`, { host: args.host, container, limit: 50, ended: true }, this);
    this.done = pulumi
      .all([container.exitCode, container.containerLogs, container.urn])
      .apply(([exitCode, logs, urn]) => {
        if (exitCode !== 0) throw new pulumi.RunError(initFailure(exitCode, logs, urn));
        return container;
      });
    this.registerOutputs({ exitCode: container.exitCode });
  }
}

const name = "alloy-init";

function alloyInitContainer(args: AlloyInitArgs): docker.ContainerArgs {
  const owner = `${args.uid}:${args.gid}`;
  return {
    ...hardened({
      memory: 64,
      graceSeconds: 2,
      addCapabilities: Object.keys(exceptions[name]?.capabilities ?? {}),
    }),
    name,
    image: args.image,
    // What Alloy's user owns already is left alone: without CAP_DAC_READ_SEARCH root can't look into it.
    command: [
      ...["find", "/data", "-user", `${args.uid}`, "-prune"],
      ...["-o", "-exec", "chown", "-h", owner, "{}", "+"],
    ],
    networkMode: "none",
    restart: "no",
    mounts: [{ type: "bind", source: args.dataDirectory, target: "/data" }],
    labels: toContainerLabels(stackLabels(pulumi.getStack())),
    // Waits for the end and keeps the exit code; a non-zero one is no error to the provider.
    attach: true,
    logs: true,
    mustRun: false,
  };
}

function initFailure(exitCode: number, logs: string, urn: string): string {
  return (
    `alloy-init could not give the state directory to Alloy's user (exit code ${exitCode}): ` +
    `${logs.trim()}. Fix that on the host, then: ` +
    `pulumi up --stack ${pulumi.getStack()} --replace '${urn}'`
  );
}
