import { failureOf, runScript, type ScriptEnd } from "../../host-shell/run.ts";
import { routeTo } from "../../host-shell/ssh.ts";
import { type Check, checked } from "./check.ts";
import { parseFindings } from "./findings.ts";
import { serverKeys } from "./host-keys.ts";
import type { ChecksRequest } from "./request.ts";
import { hostChecks } from "./rules.ts";
import { checksScript, dockerConfig } from "./script.ts";
import { sshCheck } from "./ssh-check.ts";
import { sshConfigOf } from "./ssh-config.ts";

/** Longest time for all of a host's answers, in ms: three registries of 30 s, a container of 120 s. */
const MOST_TIME = 240_000;

/** Looks at a host, changing nothing, and answers all checks; where SSH fails, that one alone. */
export async function checkHost(
  request: ChecksRequest,
  registryPassword?: string,
): Promise<Check[]> {
  const { connection } = request.host;
  const before = now();
  const end = await runScript(routeTo(connection), {
    name: "host-checks",
    script: checksScript(request),
    data: dockerConfig(request.registry, registryPassword),
    timeout: MOST_TIME,
  });
  const after = now();
  if (connection.type === "ssh") {
    const ssh = await sshCheck(end, connection, request.stack, {
      keys: () => serverKeys(connection),
      config: () => sshConfigOf(connection),
      agent: Boolean(process.env.SSH_AUTH_SOCK),
    });
    if (ssh.fault) return [ssh];
    return [ssh, ...answers(end, request, { before, after })];
  }
  return answers(end, request, { before, after });
}

const now = () => Math.floor(Date.now() / 1000);

function answers(
  end: ScriptEnd,
  request: ChecksRequest,
  operator: { before: number; after: number },
): Check[] {
  if (end.exitCode === 0) return hostChecks(parseFindings(end.stdout), request, operator);
  const broken = `the checks were interrupted on the host (exit code ${end.exitCode ?? "none"})`;
  const reason = `${broken}: ${failureOf(end)}`;
  const fix = "on the host, check that sh, awk, stat, mktemp and docker work for the SSH user";
  return [checked("script", "broke off", { path: "host", reason, fix })];
}
