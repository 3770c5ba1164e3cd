import * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";

export interface MachineCommandArgs {
  /** Program of this project, by its path from the project's directory. */
  program: string;
  /** Program that runs when the resource goes; left out: none does. */
  atDeletion?: string;
  /** What the programs read from standard input. */
  stdin: pulumi.Input<string>;
  /** Whether a program that runs again finds in `PULUMI_COMMAND_STDOUT` what it printed when it last succeeded. */
  rememberOutput?: boolean;
}

/** The command line that runs a program of this project. */
function machineLine(program: string): string {
  return `cd "\${GRAFANA_ALLOY_PROJECT:-.}" && exec node ${program}`;
}

/**
 * A program of this project, run on the machine that runs Pulumi: when it is made, and again when what it reads
 * changes; one that fails is in no state, and runs again with the next update. From the project's directory,
 * which is where Pulumi runs providers: an absolute path would be another on each machine, and so a change.
 */
export function machineCommand(
  name: string,
  { program, atDeletion, stdin, rememberOutput = false }: MachineCommandArgs,
  opts: pulumi.CustomResourceOptions,
): command.local.Command {
  return new command.local.Command(
    name,
    {
      create: machineLine(program),
      ...(atDeletion && { delete: machineLine(atDeletion) }),
      stdin,
      addPreviousOutputInEnv: rememberOutput,
      logging: command.local.Logging.None,
    },
    opts,
  );
}
