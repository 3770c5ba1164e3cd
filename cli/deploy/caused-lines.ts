import { randomBytes } from "node:crypto";
import type { scriptOutput } from "../../host-shell/run.ts";
import type { Route } from "../../host-shell/ssh.ts";
import type { VerifyFacts } from "../../telemetry/facts.ts";

/** Text by the id of a signal, of a line that was written on the host a moment ago. */
export type CausedLines = Record<string, string>;

/** The container whose log the line goes to. */
const SOCKET_PROXY = "alloy-docker-proxy";

/** Longest time for the host's answer, in ms: one command in a container, and one beside it. */
const MOST_TIME = 30_000;

/**
 * Writes a line that nobody wrote before to a container's log and to the journal, as far as these are
 * collected: on a quiet host nothing else would show that lines written now arrive. The container is the
 * socket proxy, whose log the agent reads already. Where it can't be done, there is no such line.
 */
export async function causeLines(
  { host, pipelines, logs }: VerifyFacts,
  route: Route,
  run: typeof scriptOutput,
): Promise<CausedLines> {
  const text = `grafana-alloy: line ${randomBytes(6).toString("hex")} of this deployment of ${host}`;
  const writes =
    pipelines.includes("containers") && !logs.exclude.containers.includes(SOCKET_PROXY);
  const script = [
    "text=$(cat)",
    ...(writes ? [toContainer] : []),
    ...(pipelines.includes("journal") ? [toJournal] : []),
  ].join("\n");
  const task = { name: "cause-lines", script, data: text, timeout: MOST_TIME };
  const done = (await run(route, task)).trim().split("\n").filter(Boolean);
  return Object.fromEntries(done.map((signal) => [signal, text]));
}

const toContainer = `if printf '%s\\n' "$text" |
  docker exec -i ${SOCKET_PROXY} sh -c 'cat >/proc/1/fd/1'; then echo containers; fi`;

const toJournal = `if [ -S /run/systemd/journal/socket ] &&
  logger -t grafana-alloy -- "$text"; then echo journal; fi`;
