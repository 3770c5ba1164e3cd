import type * as command from "@pulumi/command";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { checksRequest } from "../../checks/host/request.ts";
import type { Connection, Settings } from "../../config/schema.ts";
import {
  failureOf,
  type HostScript,
  type runScript,
  type ScriptEnd,
} from "../../host-shell/run.ts";
import { routeTo } from "../../host-shell/ssh.ts";
import { hostChecks } from "./host-checks.ts";
import { type HostCommandArgs, hostCommand } from "./host-command.ts";
import { hostPreparation } from "./host-preparation.ts";
import { type MakeWay, makeWay } from "./make-way.ts";
import { tellUnreached } from "./unreached.ts";

export interface HostArgs {
  /** The stack's settings without its secrets. */
  settings: Pick<Settings, "host" | "pipelines" | "postgres" | "networks" | "images" | "registry">;
  /** Secret. Password for `settings.registry`. */
  registryPassword?: pulumi.Output<string>;
  /** How a script is run on the host from this program. */
  run: typeof runScript;
}

/** Longest time for what is asked at every update, in ms: an agent that is started, and once more. */
const MOST_TIME = 300_000;

/** A Docker host: its provider, and commands on it, once it is found to have what they need. */
export class Host extends pulumi.ComponentResource {
  /** Provider for all Docker resources on this host; the host's checks are passed when there is one. */
  readonly provider: docker.Provider;
  /** Tells the operator when a resource's provider did not reach the host. */
  readonly unreached: pulumi.ErrorHook;
  /** Takes what a killed update has left out of the way of a container or network. */
  readonly makeWay: MakeWay;
  private readonly connection: Connection;
  private readonly hostName: string;
  private readonly run: (script: HostScript) => Promise<ScriptEnd>;
  private readonly ready: pulumi.Resource;

  constructor(name: string, args: HostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("grafana-alloy:components:Host", name, {}, opts);
    this.connection = args.settings.host.connection;
    this.unreached = tellUnreached(args.settings.host.name);
    this.makeWay = makeWay(args.settings.host);
    this.hostName = args.settings.host.name;
    this.run = (script) => args.run(routeTo(this.connection), script);
    const checks = this.createChecks(name, args);
    this.ready = this.prepare(name, args.settings, checks) ?? checks;
    const { registry } = args.settings;
    this.provider = new docker.Provider(
      `${name}-docker`,
      {
        ...dockerProviderArgs(this.connection),
        ...(registry && { registryAuth: [{ ...registry, password: args.registryPassword }] }),
      },
      { parent: this, dependsOn: [this.ready] },
    );
    this.registerOutputs({});
  }

  /** A command on the host. Its output reaches the engine's log only when it fails. */
  command(
    name: string,
    args: HostCommandArgs,
    opts: pulumi.CustomResourceOptions,
  ): command.remote.Command | command.local.Command {
    const after = pulumi.mergeOptions(opts, { dependsOn: [this.ready] });
    return hostCommand(name, this.connection, args, after);
  }

  /**
   * Runs a script on the host at every update, changed or not, and at no preview. No resource and no state knows of
   * it, so it never shows as a change. Answers what it printed; what fails there fails the update.
   */
  ask(name: string, script: pulumi.Input<string>): pulumi.Output<string> {
    if (pulumi.runtime.isDryRun()) return pulumi.output("");
    return pulumi.all([script, this.ready.urn]).apply(async ([text]) => {
      const end = await this.run({ name, script: text, timeout: MOST_TIME });
      if (end.exitCode === 0) return end.stdout;
      const why = end.stderr.trim() || failureOf(end);
      throw new pulumi.RunError(`${name} on ${this.hostName}: ${why}`);
    });
  }

  private createChecks(name: string, { settings, registryPassword }: HostArgs): pulumi.Resource {
    const request = checksRequest(settings, pulumi.getStack());
    const ownNetworks = !settings.networks.existing;
    const checks = { request, registryPassword, ownNetworks };
    return hostChecks(`${name}-checks`, checks, { parent: this });
  }

  private prepare(
    name: string,
    { host }: HostArgs["settings"],
    checks: pulumi.Resource,
  ): pulumi.Resource | undefined {
    const { prepare } = host;
    if (!prepare) return undefined;
    const opts = { parent: this, dependsOn: [checks] };
    return hostPreparation(`${name}-preparation`, { ...host, prepare }, opts);
  }
}

/** The Docker provider's arguments. An `ssh://` host is not asked anything until something changes. */
function dockerProviderArgs(connection: Connection): docker.ProviderArgs {
  const { host, sshOptions } = routeTo(connection);
  if (connection.type === "local") return { host };
  return {
    host,
    sshOpts: sshOptions,
    // A pull request is previewed by a runner that has no route to the host.
    disableDockerDaemonCheck: true,
  };
}
