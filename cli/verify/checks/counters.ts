import { lastHour, selfMetric } from "../../../telemetry/queries.ts";
import type { Unit } from "../result.ts";
import { bounded, byLabel, type Check } from "./check.ts";

interface Counter {
  id: string;
  title: string;
  metric: string;
  matchers?: Record<string, string>;
  /** Label by which the detail names its parts. */
  by: string;
  unit: Unit;
  /** What is still normal in an hour. */
  allowed?: number;
  advice: string;
}

/** What is lost of log lines. */
const logCounters: Counter[] = [
  {
    id: "refused-lines",
    title: "log lines given up",
    // internal/component/common/loki/client/metrics.go and shards.go: after any 4xx but 429.
    metric: "loki_write_dropped_entries_total",
    by: "reason",
    unit: "lines",
    advice:
      "`docker logs --since 1h alloy 2>&1 | grep 'final error sending batch'` shows the sink's answer: 400 means a line that is too long or older than 168 h, 401 the token.",
  },
  {
    id: "retried-batches",
    title: "log batches retried",
    // internal/component/common/loki/client/shards.go: these are tried until they are taken, and -1 is no answer.
    // Alloy logs a retry at level debug alone, so the status has to be told here.
    metric: "loki_write_request_duration_seconds_count",
    matchers: { status_code: "=~-1|429|5.." },
    by: "status_code",
    unit: "batches",
    allowed: 10,
    advice:
      "The sink's answers, with their number: 429 is a limit of the plan, which the sink's usage page names; 5xx is the sink's own fault; -1 is no answer. Lines of all containers wait until the sink accepts the batch.",
  },
  {
    id: "too-old-lines",
    title: "log lines too old to send",
    // internal/component/loki/process/stages/match.go; the reason is set in pipelines/. Born with the first drop.
    metric: "loki_process_dropped_lines_total",
    matchers: { reason: "too_old_for_cloud_free" },
    by: "reason",
    unit: "lines",
    advice:
      "Normal for an hour after the first start, when old lines of containers are read; if it lasts, compare `date -u` on the host and here: a wrong clock makes every line look old.",
  },
];

/** What is lost of samples. */
const sampleCounters: Counter[] = [
  {
    id: "refused-samples",
    title: "samples refused",
    // docs/sources/reference/components/prometheus/prometheus.remote_write.md, "Debug metrics".
    metric: "prometheus_remote_storage_samples_failed_total",
    by: "url",
    unit: "samples",
    advice:
      "`docker logs --since 1h alloy 2>&1 | grep 'non-recoverable'` shows the sink's answer: 400 is a limit (series, labels, age), 401 or 403 the token.",
  },
  {
    id: "dropped-samples",
    title: "samples dropped",
    // storage/remote/queue_manager.go of Alloy's Prometheus; dropped_series is relabelling, which is meant.
    metric: "prometheus_remote_storage_samples_dropped_total",
    matchers: { reason: "!=dropped_series" },
    by: "reason",
    unit: "samples",
    advice:
      "Reason too_old: they waited longer than the sink accepts, see the lag; any other: the write-ahead log is damaged, see `docker logs --since 1h alloy 2>&1 | grep -i wal`.",
  },
];

/** What Alloy counted as lost in the last hour, of what the host sends. */
export function lossChecks(host: string, sends: { logs: boolean }): Check[] {
  const counters = [...(sends.logs ? logCounters : []), ...sampleCounters];
  return counters.map(({ metric, matchers, by, ...bound }) =>
    bounded({
      ...bound,
      metrics: [`sum by (${by}) ${lastHour(selfMetric(metric, host, matchers))}`],
      detail: (found) => `in the last hour: ${byLabel(found, by)}`,
    }),
  );
}
