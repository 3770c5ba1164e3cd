import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import * as command from "@pulumi/command";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Connection, SshConnection } from "../config/schema.ts";
import { scriptInput, scriptRunner } from "./shell.ts";

export interface HostArgs {
  /** How the host is reached: over SSH, or through a Docker socket of this machine. */
  connection: Connection;
}

/** One resource on the host that is made by a POSIX shell script. */
export interface HostCommandArgs {
  /** Run on creation, and again when it or its data changes. Reaches the host over standard input. */
  script: pulumi.Input<string>;
  /** What the script reads from standard input; secrets too: never an argument, a log or a process list. */
  data?: pulumi.Input<string>;
  /** Command line run when the resource goes; `ps` shows it. Left out: nothing is. */
  delete?: pulumi.Input<string>;
}

/** A Docker host: its provider, and commands on it. */
export class Host extends pulumi.ComponentResource {
  /** Provider for all Docker resources on this host. */
  readonly provider: docker.Provider;
  private readonly connection: Connection;

  constructor(name: string, args: HostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("grafana-alloy:components:Host", name, {}, opts);
    this.connection = args.connection;
    this.provider = new docker.Provider(`${name}-docker`, dockerProviderArgs(args.connection), {
      parent: this,
    });
    this.registerOutputs({});
  }

  /** A command on the host. Its output reaches the engine's log only when it fails. */
  command(
    name: string,
    args: HostCommandArgs,
    opts: pulumi.CustomResourceOptions,
  ): command.remote.Command | command.local.Command {
    const common = {
      create: scriptRunner(name),
      stdin: pulumi
        .all([args.script, args.data])
        .apply(([script, data]) => scriptInput(script, data)),
      ...(args.delete ? { delete: args.delete } : {}),
      // An SSH server accepts no such variables, and nothing here reads them.
      addPreviousOutputInEnv: false,
    };
    if (this.connection.type === "local") {
      const environment = { DOCKER_HOST: `unix://${this.connection.dockerSocket}` };
      return new command.local.Command(
        name,
        { ...common, environment, logging: command.local.Logging.None },
        opts,
      );
    }
    return new command.remote.Command(
      name,
      {
        ...common,
        connection: sshConnectionArgs(this.connection),
        logging: command.remote.Logging.None,
      },
      opts,
    );
  }
}

/** The Docker provider's arguments. An `ssh://` host is not asked anything until something changes. */
export function dockerProviderArgs(connection: Connection): docker.ProviderArgs {
  if (connection.type === "local") return { host: `unix://${connection.dockerSocket}` };
  const { user, address, port } = connection;
  return {
    host: `ssh://${user}@${address}:${port}`,
    sshOpts: sshOptions(connection),
    // A pull request is previewed by a runner that has no route to the host.
    disableDockerDaemonCheck: true,
  };
}

/** Options for the `ssh` that carries the Docker API: only the configured host key counts. */
export function sshOptions(connection: SshConnection): string[] {
  const options = [
    "BatchMode=yes",
    "ConnectTimeout=15",
    "StrictHostKeyChecking=yes",
    "UserKnownHostsFile=/dev/null",
    "GlobalKnownHostsFile=/dev/null",
    `KnownHostsCommand=/bin/echo %H ${connection.hostKey}`,
  ];
  const key = connection.privateKeyFile;
  return [
    ...options.flatMap((option) => ["-o", option]),
    ...(key ? ["-o", "IdentitiesOnly=yes", "-i", expandHome(key)] : []),
  ];
}

/** Connection of the command provider; without a key file it uses `$SSH_AUTH_SOCK` by itself. */
function sshConnectionArgs(connection: SshConnection): command.types.input.remote.ConnectionArgs {
  const { address, port, user, hostKey, privateKeyFile } = connection;
  return {
    host: address,
    port,
    user,
    hostKey,
    ...(privateKeyFile ? { privateKey: pulumi.secret(readPrivateKey(privateKeyFile)) } : {}),
  };
}

function readPrivateKey(file: string): string {
  try {
    return readFileSync(expandHome(file), "utf8");
  } catch (error) {
    throw new pulumi.RunError(
      `host.connection.privateKeyFile: cannot read ${file} (${(error as NodeJS.ErrnoException).code}). ` +
        `Name a key file of this machine, or leave the setting out to use the ssh-agent: ` +
        `pulumi config rm --stack ${pulumi.getStack()} --path 'grafana-alloy:host.connection.privateKeyFile'`,
    );
  }
}

function expandHome(path: string): string {
  return path.replace(/^~(?=\/)/, homedir());
}
