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
      "`docker logs --since 1h alloy 2>&1 | grep 'final error sending batch'` shows the sink's answer: 400 is a line older than 168 h or too long, 401 the token.",
  },
  {
    id: "retried-batches",
    title: "log batches retried",
    // internal/component/common/loki/client/shards.go: after 429, 5xx and lost connections; until it is taken.
    metric: "loki_write_batch_retries_total",
    // The sink's address, as pipelines/self.alloy names it.
    by: "sink",
    unit: "batches",
    allowed: 10,
    advice:
      "The sink or the way to it fails again and again: `docker logs --since 1h alloy 2>&1 | grep 'error sending batch'`, where 429 is the limit of the plan. Lines wait where they are read.",
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
      "Normal for an hour after the first start, when containers bring old lines; if it stays, compare `date -u` on the host and here: a wrong clock ages every line.",
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
      "Reason too_old: they waited longer than the sink takes, see the lag; any other: the write-ahead log is damaged, `docker logs --since 1h alloy 2>&1 | grep -i wal`.",
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
