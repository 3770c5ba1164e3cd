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

/** How long a host that sends no more is remembered. A host that was removed is forgotten after it. */
const REMEMBERED = "1d";

/**
 * Seconds since a host's newest sample of any job. An instant query sees 5 min back; the subquery finds what
 * is older, in steps of 5 min, so it says up to 5 min too much.
 */
export const hostAge = (hosts = 'host!=""'): string =>
  `time() - (max by (host) (timestamp(up{${hosts}})) or max by (host) (max_over_time(timestamp(up{${hosts}})[${REMEMBERED}:5m])))`;

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

/** 1 for each ZFS pool that is in another state than online, 0 for one that is well. */
export const poolsNotOnline = (more = ""): string =>
  `max by (host, zpool) (node_zfs_zpool_state{${NODE},state!="online"${more}})`;

/** 1 for each database that answers; 0 when it, or the exporter before it, does not. */
export const databaseUp = (more = ""): string =>
  `min by (host, job, instance) (pg_up{${POSTGRES}${more}} or up{${POSTGRES}${more}})`;

/** Log lines that a host dropped in the last hour because the sink would refuse them as too old. */
export const tooOldLines = (more = ""): string =>
  `sum by (host) ${lastHour(`loki_process_dropped_lines_total{${SELF},reason="too_old_for_cloud_free"${more}}`)}`;

/** Active series of all hosts together: Grafana Cloud counts one for 20 min after its last sample. */
export const activeSeries = (): string => `count(last_over_time({job=~".+"}[20m]))`;

/** Journal lines that a host read in the last 3 h. */
export const journalLines = (more = ""): string =>
  `sum by (host) (increase(loki_source_journal_target_lines_total{${SELF}${more}}[3h]))`;

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
