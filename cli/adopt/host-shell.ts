import { execa } from "execa";
import type { Connection } from "../../config/schema.ts";
import { scriptInput, scriptRunner } from "../../host-shell/shell.ts";
import { sshArguments } from "../../host-shell/ssh.ts";

/** Runs POSIX scripts on a host. */
export interface HostShell {
  /** Answers standard output; throws with the last line of standard error. `data` is what the script reads. */
  run(script: string, data?: string): Promise<string>;
}

/** The command line of this machine that runs a command line on the host, and its environment. */
export function hostCommand(connection: Connection, commandLine: string) {
  if (connection.type === "local") {
    const env = { DOCKER_HOST: `unix://${connection.dockerSocket}` };
    return { file: "sh", args: ["-c", commandLine], env };
  }
  return { file: "ssh", args: sshArguments(connection, commandLine), env: {} };
}

/** The host of a stack, by the same route as the program's: over SSH, or this machine. */
export function hostShell(connection: Connection): HostShell {
  const { file, args, env } = hostCommand(connection, scriptRunner("adopt"));
  return {
    async run(script, data) {
      // In a process group of its own: a Ctrl-C lets the command end, then what was done is taken back.
      const options = { env, reject: false, detached: true, cleanup: false } as const;
      const result = await execa(file, args, { ...options, input: scriptInput(script, data) });
      if (!result.failed) return result.stdout;
      const said = result.stderr?.trim().split("\n").at(-1);
      throw new Error(said || `${file} ended with ${result.exitCode ?? result.code}`);
    },
  };
}
