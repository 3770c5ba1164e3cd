import { randomBytes } from "node:crypto";
import type { scriptOutput } from "../../host-shell/run.ts";
import type { Route } from "../../host-shell/ssh.ts";
import type { VerifyFacts } from "../../telemetry/facts.ts";
import type { RunningContainer } from "../verify/checks/unheard.ts";
import type { SeenOnHost } from "../verify/run.ts";

/** The container whose log the line goes to. */
const SOCKET_PROXY = "alloy-docker-proxy";

/** Longest time for the host's answer, in ms: two short commands for each container that runs. */
const MOST_TIME = 60_000;

/**
 * Writes a line that nobody wrote before to a container's log and to the journal, as far as these are
 * collected, and lists the containers that run: on a quiet host nothing else would show that lines written now
 * arrive, and of all. The line goes to the socket proxy's log, which the agent reads already. Where it can't be
 * written, there is no such line.
 */
export async function lookOnHost(
  { host, pipelines, logs }: VerifyFacts,
  route: Route,
  run: typeof scriptOutput,
): Promise<SeenOnHost> {
  const text = `grafana-alloy: line ${randomBytes(6).toString("hex")} of this deployment of ${host}`;
  const reads = pipelines.includes("containers");
  const script = [
    "text=$(cat)",
    ...(reads && !logs.exclude.containers.includes(SOCKET_PROXY) ? [toContainer] : []),
    ...(pipelines.includes("journal") ? [toJournal] : []),
    ...(reads ? [listContainers] : []),
  ].join("\n");
  const task = { name: "look-on-host", script, data: text, timeout: MOST_TIME };
  const lines = (await run(route, task)).split("\n").map((line) => line.split("\t"));
  const signals = lines.filter(([kind]) => kind === "wrote").map(([, signal = ""]) => signal);
  return {
    caused: Object.fromEntries(signals.map((signal) => [signal, text])),
    running: lines.filter(([kind]) => kind === "runs").map(containerOf),
  };
}

function containerOf([, name = "", driver = "", log = "", service, project]: string[]) {
  const compose = { ...(service && { service }), ...(project && { project }) };
  return { name: name.replace(/^\//, ""), driver, log: log as RunningContainer["log"], ...compose };
}

const toContainer = `if printf '%s\\n' "$text" |
  docker exec -i ${SOCKET_PROXY} sh -c 'cat >/proc/1/fd/1'; then printf 'wrote\\tcontainers\\n'; fi`;

const toJournal = `if [ -S /run/systemd/journal/socket ] &&
  logger -t grafana-alloy -- "$text"; then printf 'wrote\\tjournal\\n'; fi`;

/** Of each container: name, log driver, whether `docker logs` shows a line of the last day, Compose's names. */
const listContainers = `format='runs\t{{.Name}}\t{{.HostConfig.LogConfig.Type}}'
compose='{{index .Config.Labels "com.docker.compose.service"}}\t{{index .Config.Labels "com.docker.compose.project"}}'
for id in $(docker ps -q); do
  if ! docker logs --tail 0 "$id" >/dev/null 2>&1; then log=unreadable
  elif [ "$(docker logs --since 24h --tail 1 "$id" 2>&1 | head -c 1)" ]; then log=lines
  else log=silent; fi
  docker inspect -f "$format\t$log\t$compose" "$id" || true
done`;
