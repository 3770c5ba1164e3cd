import { lastHour } from "../../telemetry/queries.ts";
import { GITHUB_FRESH, GITHUB_JOB, NODE_JOB } from "../../telemetry/signals.ts";

/** PromQL that dashboards and alerts share, so that a panel shows what its alert looks at. */

/** Labels of the host metrics and of the journal, as a matcher. */
export const NODE = `job="${NODE_JOB}"`;
/** Labels of Alloy's metrics about itself, as a matcher. */
export const SELF = 'job="alloy"';
/** Labels of every PostgreSQL exporter, as a matcher. */
export const POSTGRES = 'job=~"postgres_.+"';
/** Labels of the GitHub exporter, as a matcher. */
export const GITHUB = `job="${GITHUB_JOB}"`;

/** Labels of the metrics of containers, as a matcher. */
export const CONTAINERS = 'job="docker"';

/** How long a host that sends no more is remembered. A host that was removed is forgotten after it. */
const REMEMBERED = "1d";

/**
 * Seconds since a host's newest sample of any job. An instant query sees 5 min back; the subquery finds what
 * is older, in steps of 5 min, so it says up to 5 min too much.
 */
export const hostAge = (): string =>
  `time() - (max by (host) (timestamp(up{host!=""})) or max by (host) (max_over_time(timestamp(up{host!=""})[${REMEMBERED}:5m])))`;

/** Matcher of file systems that people fill: not those in memory. */
const ON_DISK = 'fstype!~"tmpfs|ramfs"';

/** Metric of the file systems that a host can write to. */
function fileSystems(metric: string, more: string): string {
  return `node_filesystem_${metric}{${NODE},${ON_DISK}${more}}`;
}

/** Free share of each writable file system, 0 to 1. */
export const freeShare = (more = ""): string =>
  `min by (host, mountpoint) (${fileSystems("avail_bytes", more)} / ${fileSystems("size_bytes", more)} and ${fileSystems("readonly", more)} == 0)`;

/**
 * Free share of each writable file system in 24 h, when it fills on as in the last 6 h; below 0 it is full by
 * then. Only of those with less than 40 % left: a fresh host downloads its images at a pace that does not last.
 */
export const freeShareTomorrow = (): string =>
  `min by (host, mountpoint) (predict_linear(${fileSystems("avail_bytes", "")}[6h], 86400) / ${fileSystems("size_bytes", "")}) and ${freeShare()} < 0.4`;

/** 1 for each file system that people fill and whose size can't be asked for, 0 for one that is measured. */
export const unmeasured = (more = ""): string =>
  `max by (host, mountpoint) (${fileSystems("device_error", more)} and ${fileSystems("readonly", more)} == 0)`;

/** 1 for each ZFS pool that is in another state than online, 0 for one that is well. */
export const poolsNotOnline = (): string =>
  `max by (host, zpool) (node_zfs_zpool_state{${NODE},state!="online"})`;

/** 1 for each database that answers; 0 when it, or the exporter before it, does not. */
export const databaseUp = (more = ""): string =>
  `min by (host, job, instance) (pg_up{${POSTGRES}${more}} or up{${POSTGRES}${more}})`;

/** Log lines that a host dropped in the last hour because the sink would refuse them as too old. */
export const tooOldLines = (): string =>
  `sum by (host) ${lastHour(`loki_process_dropped_lines_total{${SELF},reason="too_old_for_cloud_free"}`)}`;

/** Active series of all hosts together: Grafana Cloud counts one for 20 min after its last sample. */
export const activeSeries = (): string => `count(last_over_time({job=~".+"}[20m]))`;

/** Journal lines that a host read in the last 3 h. */
export const journalLines = (more = ""): string =>
  `sum by (host) (increase(loki_source_journal_target_lines_total{${SELF}${more}}[3h]))`;

/** Lines of containers that a host read in the last 3 h; Alloy's own are among them. */
export const containerLines = (): string =>
  `sum by (host) (increase(loki_source_docker_target_entries_total{${SELF}}[3h]))`;

/** How often in 15 min Docker did not answer which containers there are; it is asked every 30 s. */
export const discoveryFailures = (more = ""): string =>
  `max by (host) (increase(prometheus_sd_refresh_failures_total{${SELF},mechanism="docker"${more}}[15m]))`;

/** Requests with lines that the sink refused in 15 min because of their token. */
export const refusedTokens = (more = ""): string =>
  `sum by (host) (increase(loki_write_request_duration_seconds_count{${SELF},status_code=~"40[13]"${more}}[15m]))`;

/** Parts of the configuration that run but do not work. */
export const unhealthy = (): string =>
  `sum by (host) (alloy_component_controller_running_components{${SELF},health_type!="healthy"})`;

/** How often the agent was restarted in an hour. */
export const agentStarts = (more = ""): string =>
  `sum by (host) (changes(alloy_resources_process_start_time_seconds{${SELF}${more}}[1h]))`;

/** Days until each token ends. */
export const tokenDays = (more = ""): string =>
  `(min by (host, token) (host_token_expiry_timestamp_seconds{${NODE}${more}}) - time()) / 86400`;

/** Seconds that sending is behind what was collected; sent is 0 until something was sent. */
export const sendingLag = (more = ""): string =>
  `max by (host) (prometheus_remote_storage_queue_highest_timestamp_seconds{${SELF}${more}} or prometheus_remote_storage_highest_timestamp_in_seconds{${SELF}${more}}) - max by (host) (prometheus_remote_storage_queue_highest_sent_timestamp_seconds{${SELF}${more}} > 0)`;

/** A GitHub series, whose samples are 10 min apart. */
export const polled = (metric: string, more = ""): string =>
  `last_over_time(${metric}{${GITHUB}${more}}[${GITHUB_FRESH}s])`;

/** Share of its CPU time in which a host is busy. */
export const cpuBusy = (more = ""): string =>
  `1 - avg by (host) (rate(node_cpu_seconds_total{${NODE},mode="idle"${more}}[$__rate_interval]))`;

/** Share of its memory that a host could not give to a new program. */
export const memoryUsed = (more = ""): string =>
  `1 - sum by (host) (node_memory_MemAvailable_bytes{${NODE}${more}}) / sum by (host) (node_memory_MemTotal_bytes{${NODE}${more}})`;

/**
 * Of an expression that answers a value for each `container_id` the sum, or greatest, by container's name. A
 * container that was recreated has another id and the same name.
 */
export function containersNamed(
  expr: string,
  more = "",
  by: "sum" | "max" = "sum",
  range = "5m",
): string {
  const info = `last_over_time(container_info{${CONTAINERS}${more}}[${range}])`;
  return `${by} by (host, container) (${expr} * on (host, container_id) group_left (container) ${info})`;
}

/**
 * How many of the scrapes of 15 min saw a container that was restarted, or had no process: in a loop it waits,
 * up to a minute, to be started again. One whose processes were never seen in a day can't be seen at all.
 */
export function containerRestarts(more = ""): string {
  const processes = `container_processes{${CONTAINERS}}`;
  const started = `changes(container_start_time_seconds{${CONTAINERS}}[15m])`;
  const missing = `container_info{${CONTAINERS}} unless on (host, container_id) ${processes} and on (host) ${processes}`;
  const seen = `sum by (host, container_id) (${started} or count_over_time((${missing})[15m:1m]))`;
  const visible = `and on (host, container_id) last_over_time(${processes}[1d])`;
  return containersNamed(`(${seen} ${visible})`, more);
}
