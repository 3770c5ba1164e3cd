import { SERIES_BUDGET } from "../../telemetry/series-budget.ts";
import { setAsideHours, TOLD_HOURS } from "../../telemetry/set-aside.ts";
import * as queries from "../dashboards/queries.ts";
import type { Alert } from "./alert.ts";

/** All rules by their uid's last part. `budget` is how many active series the plan allows. */
export function allAlerts(budget = SERIES_BUDGET): Record<string, Alert> {
  return {
    "host-silent": hostSilent,
    "disk-almost-full": diskAlmostFull,
    "disk-filling": diskFilling,
    "disk-not-measured": diskNotMeasured,
    "zfs-pool-degraded": poolDegraded,
    "container-restarts": containerRestarts,
    "postgres-down": postgresDown,
    "journal-silent": journalSilent,
    "container-logs-silent": containerLogsSilent,
    "docker-not-answering": dockerNotAnswering,
    "log-token-refused": logTokenRefused,
    "components-unhealthy": componentsUnhealthy,
    "agent-restarts": agentRestarts,
    "state-set-aside": stateSetAside,
    "log-lines-too-old": linesTooOld,
    "series-budget": seriesBudget(budget),
    "token-near-end": tokenNearEnd,
  };
}

const hostSilent: Alert = {
  title: "Host silent",
  expr: queries.hostAge(),
  bad: { is: "above", value: 300 },
  forMinutes: 5,
  // Not one host has sent anything for a day.
  noData: "Alerting",
  severity: "critical",
  summary: "{{ $labels.host }} has sent nothing for {{ humanizeDuration $values.B.Value }}.",
  description:
    "The host is down, has no route to Grafana Cloud, its agent does not run, or its token has expired. On the host: `docker ps -a --filter name=alloy`, `docker logs --tail 50 alloy`; then `npm run verify -- --stack STACK`. A removed host is forgotten after a day.",
  panel: { dashboard: "alloy-fleet", title: "Hosts" },
};

const diskAlmostFull: Alert = {
  title: "Disk almost full",
  expr: queries.freeShare(),
  bad: { is: "below", value: 0.1 },
  forMinutes: 15,
  severity: "warning",
  summary:
    "{{ $labels.mountpoint }} on {{ $labels.host }} has {{ humanizePercentage $values.B.Value }} left.",
  description:
    "Make room: `docker system df` and `du -xh --max-depth=2 MOUNTPOINT | sort -h | tail`. While the disk of the service's data directory is full, the agent collects nothing.",
  panel: { dashboard: "alloy-host", title: "File systems" },
};

const diskFilling: Alert = {
  title: "Disk filling",
  expr: queries.freeShareTomorrow(),
  bad: { is: "below", value: 0 },
  forMinutes: 60,
  severity: "warning",
  summary:
    "{{ $labels.mountpoint }} on {{ $labels.host }} will be full within a day at the rate of the last 6 h.",
  description:
    "Find what writes: `du -xh --max-depth=2 MOUNTPOINT | sort -h | tail`, twice, and compare.",
  panel: { dashboard: "alloy-host", title: "File systems" },
};

const diskNotMeasured: Alert = {
  title: "Disk not measured",
  expr: queries.unmeasured(),
  bad: { is: "above", value: 0 },
  forMinutes: 60,
  severity: "warning",
  summary: "The free space of {{ $labels.mountpoint }} on {{ $labels.host }} can't be measured.",
  description:
    "Alloy's user can't enter a directory above it, or a network file system does not answer. `namei -l MOUNTPOINT` shows the directories; `setfacl -m u:3125:x DIRECTORY` lets the user enter one. Until then, no alert warns when it fills up.",
  panel: { dashboard: "alloy-host", title: "File systems not measured" },
};

const poolDegraded: Alert = {
  title: "ZFS pool degraded",
  expr: queries.poolsNotOnline(),
  bad: { is: "above", value: 0 },
  forMinutes: 2,
  severity: "critical",
  summary: "The pool {{ $labels.zpool }} on {{ $labels.host }} is not online.",
  description:
    "`zpool status POOL` on the host names the device. A degraded pool has lost its redundancy; in any other state its data is unavailable. Replace the device before another fails.",
  panel: { dashboard: "alloy-host", title: "Pools" },
};

const containerRestarts: Alert = {
  title: "Container restarts",
  expr: queries.containerRestarts(),
  bad: { is: "above", value: 3 },
  forMinutes: 15,
  severity: "warning",
  summary: "{{ $labels.container }} on {{ $labels.host }} keeps restarting.",
  description:
    "`docker logs --tail 50 CONTAINER` on the host shows why it exits; `docker inspect -f '{{ .State.ExitCode }} {{ .State.OOMKilled }}' CONTAINER` shows whether it ran out of memory.",
  panel: { dashboard: "alloy-containers", title: "Restarts in 15 min" },
};

const postgresDown: Alert = {
  title: "Postgres down",
  expr: queries.databaseUp(),
  bad: { is: "below", value: 1 },
  forMinutes: 3,
  severity: "critical",
  summary: "{{ $labels.job }} on {{ $labels.host }} does not answer.",
  description:
    "`docker ps -a` on the host shows whether the database and its exporter run. If both do, the exporter's log says whether the password is refused; if a network was recreated, run `pulumi up`.",
  panel: { dashboard: "alloy-postgres", title: "Database up" },
};

const journalSilent: Alert = {
  title: "Journal silent",
  expr: queries.journalLines(),
  bad: { is: "below", value: 1 },
  forMinutes: 15,
  severity: "warning",
  summary: "Alloy on {{ $labels.host }} has read no line of the journal for 3 h.",
  description:
    'A healthy reader that reads nothing points to a wrong directory, machine id or group: `ls -ln "/var/log/journal/$(cat /etc/machine-id)"` on the host must list files whose group is host.journal.gid of the stack.',
  panel: { dashboard: "alloy-agent", title: "Journal lines in 3 h" },
};

const containerLogsSilent: Alert = {
  title: "Container logs silent",
  expr: queries.containerLines(),
  bad: { is: "below", value: 1 },
  forMinutes: 15,
  severity: "warning",
  summary: "Alloy on {{ $labels.host }} has read no container log line for 3 h.",
  description:
    "Not even its own. `docker logs --tail 50 alloy` names what it can't read, `docker logs --tail 50 alloy-docker-proxy` what is refused. It reads logs of the drivers json-file, local and journald.",
  panel: { dashboard: "alloy-agent", title: "Lines read" },
};

const dockerNotAnswering: Alert = {
  title: "Docker not answering",
  expr: queries.discoveryFailures(),
  bad: { is: "above", value: 10 },
  forMinutes: 5,
  severity: "warning",
  summary: "Alloy on {{ $labels.host }} can't get the list of containers from Docker.",
  description:
    "The socket proxy is down or refuses requests: `docker ps -a --filter name=alloy-docker-proxy`, `docker logs --tail 50 alloy-docker-proxy`. Until then, logs of new containers are not read.",
  panel: { dashboard: "alloy-agent", title: "Docker not answering" },
};

const logTokenRefused: Alert = {
  title: "Log token refused",
  expr: queries.refusedTokens(),
  bad: { is: "above", value: 0 },
  forMinutes: 15,
  severity: "critical",
  summary: "The sink refuses the lines of {{ $labels.host }}: 401 or 403.",
  description:
    "The token has expired or was revoked, or it is new and not yet accepted everywhere, which can take minutes. `pulumi up --stack STACK` creates a valid one. Refused lines are lost.",
  panel: { dashboard: "alloy-agent", title: "Refused tokens" },
};

const componentsUnhealthy: Alert = {
  title: "Components not healthy",
  expr: queries.unhealthy(),
  bad: { is: "above", value: 0 },
  forMinutes: 15,
  severity: "warning",
  summary:
    "{{ printf `%.0f` $values.B.Value }} components of Alloy on {{ $labels.host }} are not healthy.",
  description:
    "`docker logs --tail 200 alloy | grep level=error` on the host names them and the reason.",
  panel: { dashboard: "alloy-agent", title: "Components not healthy" },
};

const agentRestarts: Alert = {
  title: "Agent restarts",
  expr: queries.agentStarts(),
  bad: { is: "above", value: 3 },
  forMinutes: 0,
  severity: "warning",
  summary:
    "Alloy on {{ $labels.host }} was started {{ printf `%.0f` $values.B.Value }} times in an hour.",
  description:
    "`docker inspect -f '{{ .State.ExitCode }} {{ .State.OOMKilled }}' alloy` shows why it exits: 137 with true means that it reached limits.alloyMemory; for anything else, see `docker logs --tail 50 alloy`.",
  panel: { dashboard: "alloy-agent", title: "Starts in an hour" },
};

const stateSetAside: Alert = {
  title: "Damaged state set aside",
  expr: setAsideHours(),
  bad: { is: "below", value: TOLD_HOURS },
  forMinutes: 0,
  severity: "warning",
  summary: "Alloy on {{ $labels.host }} could not read {{ $labels.path }} and started without it.",
  description:
    "Without its positions it reads logs from the start, so lines arrive twice. Without its write-ahead log, the samples that waited in it are lost. The disk was full or the host lost power: check `df -h` and the host's journal. The damaged file is kept beside the new one, with the date in its name; delete it when you no longer need it.",
  panel: { dashboard: "alloy-agent", title: "Starts in an hour" },
};

const linesTooOld: Alert = {
  title: "Log lines too old",
  expr: queries.tooOldLines(),
  bad: { is: "above", value: 0 },
  // A first start brings old lines of containers for minutes, which the last hour shows for an hour.
  forMinutes: 120,
  severity: "warning",
  summary:
    "{{ $labels.host }} has been dropping log lines older than 167 h for two hours: {{ printf `%.0f` $values.B.Value }} in the last hour.",
  description:
    "Grafana Cloud refuses lines older than 168 h, so Alloy drops them first. This is normal after a first start. If it lasts, the host's clock is wrong (`date -u`) or a container writes old timestamps.",
  panel: { dashboard: "alloy-agent", title: "Lines dropped on purpose" },
};

const seriesBudget = (budget: number): Alert => ({
  title: "Series budget",
  expr: `${queries.activeSeries()} / ${budget}`,
  bad: { is: "above", value: 0.8 },
  forMinutes: 15,
  severity: "warning",
  summary: `All hosts together use {{ humanizePercentage $values.B.Value }} of ${budget} series.`,
  description:
    "Above 100 %, Grafana Cloud discards samples without telling the agents. `npm run verify -- --stack STACK` shows each job's share and what to cut first; the panel shows when it began.",
  panel: { dashboard: "alloy-fleet", title: "Series" },
});

const tokenNearEnd: Alert = {
  title: "Token expires soon",
  expr: queries.tokenDays(),
  bad: { is: "below", value: 14 },
  forMinutes: 60,
  severity: "critical",
  summary:
    "The token “{{ $labels.token }}” of {{ $labels.host }} expires in {{ printf `%.0f` $values.B.Value }} days.",
  description:
    "`pulumi up --stack STACK` replaces Grafana Cloud tokens in their last 30 days; `npm run github-token -- --stack STACK` stores a new GitHub token. What is collected after a token expires is lost.",
  panel: { dashboard: "alloy-agent", title: "Tokens expire in" },
};
