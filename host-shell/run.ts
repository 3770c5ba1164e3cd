import { scriptInput, scriptRunner } from "./shell.ts";
import type { Route } from "./ssh.ts";

/** A POSIX shell script for a host, run from this machine and not by Pulumi. */
export interface HostScript {
  /** The script's own name, which `ps` on the host shows. */
  name: string;
  script: string;
  /** What the script reads from standard input; secrets too. */
  data?: string | undefined;
  /** Longest time, in ms. What it started on the host may go on after that. */
  timeout: number;
  /** Runs on after a Ctrl-C, so that the caller can take back what was done; it ends with that unless told. */
  outlivesInterrupt?: boolean;
}

/** How a script ended, or how it did not start. */
export interface ScriptEnd {
  stdout: string;
  stderr: string;
  exitCode?: number;
  /** Node's word for a program that can't be started: `ENOENT`. */
  code?: string;
  timedOut: boolean;
}

/** Runs a script on a host, over SSH or on this machine. Never throws for what goes wrong there. */
export async function runScript(route: Route, args: HostScript): Promise<ScriptEnd> {
  // Only where a host is asked, since it takes a tenth of the program's start.
  const { execa } = await import("execa");
  const { file, words, env } = commandOf(route, scriptRunner(args.name));
  const running = execa(file, words, {
    env,
    input: scriptInput(args.script, args.data),
    timeout: args.timeout,
    reject: false,
    // A process group of its own gets no Ctrl-C from the terminal.
    detached: args.outlivesInterrupt ?? false,
    cleanup: !args.outlivesInterrupt,
  });
  // Beyond the time limit nothing is waited for that the shell started and that keeps its outputs open.
  running.once("exit", () => {
    if (running.killed) for (const stream of [running.stdout, running.stderr]) stream.destroy();
  });
  return running;
}

/** Standard output of a script. Throws with why it failed, in one line. */
export async function scriptOutput(route: Route, args: HostScript): Promise<string> {
  const end = await runScript(route, args);
  if (end.exitCode === 0) return end.stdout;
  throw new Error(failureOf(end));
}

/** Why a script failed, in one line. Standard output is not quoted: it may hold a container's environment. */
export function failureOf({ exitCode, code, stderr, timedOut }: ScriptEnd): string {
  if (timedOut) return "it did not finish in time";
  const lines = stderr.split("\n").filter((line) => line.trim() && !/^See 'docker /.test(line));
  return lines.at(-1)?.trim() ?? code ?? `exit code ${exitCode ?? "none"}`;
}

function commandOf({ host, sshOptions }: Route, commandLine: string) {
  if (!host.startsWith("ssh://")) {
    return { file: "sh", words: ["-c", commandLine], env: { DOCKER_HOST: host } };
  }
  const [, user = "", address = "", port = ""] =
    /^ssh:\/\/(.+)@\[?(.+?)\]?:(\d+)$/.exec(host) ?? [];
  const target = ["-T", "-p", port, "-l", user, "--", address];
  return { file: "ssh", words: [...sshOptions, ...target, commandLine], env: {} };
}
