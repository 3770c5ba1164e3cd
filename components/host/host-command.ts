import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Connection, SshConnection } from "../../config/schema.ts";
import { scriptInput, scriptRunner } from "../../host-shell/shell.ts";
import { MOST_MINUTES } from "./unreached.ts";

/** One resource on the host that is made by a POSIX shell script. */
export interface HostCommandArgs {
  /** Run on creation, and again when it or its data changes. Reaches the host over standard input. */
  script: pulumi.Input<string>;
  /** What the script reads from standard input; secrets too: never an argument, a log or a process list. */
  data?: pulumi.Input<string>;
  /** Command line run when the resource goes; `ps` shows it. Left out: nothing is. */
  delete?: pulumi.Input<string>;
}

/** A command on a host. Of its output the engine's log has warnings, and all of it when it fails. */
export function hostCommand(
  name: string,
  connection: Connection,
  args: HostCommandArgs,
  opts: pulumi.CustomResourceOptions,
): command.remote.Command | command.local.Command {
  const made = commandOver(name, connection, args, opts);
  made.stdout.apply((text) => {
    for (const warning of warningsIn(text)) void pulumi.log.warn(warning, made);
  });
  return made;
}

/** Lines that begin with `warning: `, as scripts print them on standard output; in previews those of the last run. */
export function warningsIn(text: string | undefined): string[] {
  return [...(text ?? "").matchAll(/^warning: (.+)$/gm)].map(([, warning = ""]) => warning);
}

function commandOver(
  name: string,
  connection: Connection,
  args: HostCommandArgs,
  opts: pulumi.CustomResourceOptions,
): command.remote.Command | command.local.Command {
  const common = {
    // The provider waits for ever: the command ends itself, and 30 s later is ended.
    create: `timeout -k 30 ${MOST_MINUTES * 60} ${scriptRunner(name)}`,
    stdin: pulumi
      .all([args.script, args.data])
      .apply(([script, data]) => scriptInput(script, data)),
    ...(args.delete ? { delete: args.delete } : {}),
    // An SSH server accepts no such variables, and nothing here reads them.
    addPreviousOutputInEnv: false,
  };
  if (connection.type === "local") {
    const environment = { DOCKER_HOST: `unix://${connection.dockerSocket}` };
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
      connection: sshConnectionArgs(connection),
      logging: command.remote.Logging.None,
    },
    opts,
  );
}

/** Connection of the command provider, which takes keys from `$SSH_AUTH_SOCK` by itself: the state has none. */
function sshConnectionArgs(connection: SshConnection): command.types.input.remote.ConnectionArgs {
  const { address, port, user, hostKey } = connection;
  return { host: address, port, user, hostKey };
}
