import { execa } from "execa";
import { scriptInput, scriptRunner } from "../../host-shell/shell.ts";
import type { Route } from "./declared.ts";

/** The command line of this machine that runs one on the host, by the Docker provider's own route. */
export function hostCommand({ host, sshOptions }: Route, commandLine: string) {
  const url = new URL(host);
  if (url.protocol !== "ssh:")
    return { file: "sh", args: ["-c", commandLine], env: { DOCKER_HOST: host } };
  const target = ["-T", "-p", url.port || "22", "-l", url.username, "--", url.hostname];
  return { file: "ssh", args: [...sshOptions, ...target, commandLine], env: {} };
}

/** Runs a POSIX script on the host and answers what it printed. Throws one sentence when it could not. */
export async function runOnHost(route: Route, script: string): Promise<string> {
  const { file, args, env } = hostCommand(route, scriptRunner("drift"));
  const input = scriptInput(script);
  const result = await execa(file, args, { env, input, reject: false, timeout: 120_000 });
  if (!result.failed) return result.stdout;
  const lines = result.stderr.split("\n").filter((line) => line && !/^See 'docker /.test(line));
  const said = lines.at(-1);
  const why = result.timedOut ? "no answer within 2 minutes" : said || result.code;
  throw new Error(`${route.host} could not be looked at: ${why ?? `exit code ${result.exitCode}`}`);
}
