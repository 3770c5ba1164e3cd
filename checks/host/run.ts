import { execa } from "execa";
import type { Connection } from "../../config/schema.ts";
import { scriptInput, scriptRunner } from "../../host-shell/shell.ts";
import { sshArguments } from "../../host-shell/ssh.ts";
import { type Check, checked } from "./check.ts";
import { parseFindings } from "./findings.ts";
import { serverKeys } from "./host-keys.ts";
import type { ChecksRequest } from "./request.ts";
import { hostChecks } from "./rules.ts";
import type { ScriptEnd } from "./script.ts";
import { checksScript, dockerConfig } from "./script.ts";
import { sshCheck } from "./ssh-check.ts";

/** Longest time for all of a host's answers, in ms: three registries of 30 s, a container of 120 s. */
const MOST_TIME = 240_000;

/** Looks at a host, changing nothing, and answers all checks; where SSH fails, that one alone. */
export async function checkHost(
  request: ChecksRequest,
  registryPassword?: string,
): Promise<Check[]> {
  const { connection } = request.host;
  const before = now();
  const end = await runScript(connection, request, registryPassword);
  const after = now();
  if (connection.type === "ssh") {
    const keys = () => serverKeys(connection);
    const ssh = await sshCheck(end, connection, request.stack, keys);
    if (ssh.fault) return [ssh];
    return [ssh, ...answers(end, request, { before, after })];
  }
  return answers(end, request, { before, after });
}

const now = () => Math.floor(Date.now() / 1000);

function runScript(
  connection: Connection,
  request: ChecksRequest,
  password: string | undefined,
): Promise<ScriptEnd> {
  const input = scriptInput(checksScript(request), dockerConfig(request.registry, password));
  const options = { input, reject: false, timeout: MOST_TIME } as const;
  const runner = scriptRunner("host-checks");
  if (connection.type === "ssh") return execa("ssh", sshArguments(connection, runner), options);
  const env = { DOCKER_HOST: `unix://${connection.dockerSocket}` };
  return execa("sh", ["-c", runner], { ...options, env });
}

function answers(
  end: ScriptEnd,
  request: ChecksRequest,
  operator: { before: number; after: number },
): Check[] {
  if (end.exitCode === 0) return hostChecks(parseFindings(end.stdout), request, operator);
  const said = end.timedOut ? "it did not end in time" : end.stderr.trim().split("\n").at(-1);
  const reason = `the checks broke off on the host (exit code ${end.exitCode ?? "none"}): ${said}`;
  const fix = "on the host, see that sh, awk, stat, mktemp and docker work for the SSH user";
  return [checked("script", "broke off", { path: "host", reason, fix })];
}
