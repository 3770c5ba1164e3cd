import { selfMetric } from "../../../telemetry/queries.ts";
import { amount, span } from "../words.ts";
import { type Check, sum } from "./check.ts";

/** Three scrapes of 60 s: a queue that is further behind does not keep up. */
const LAG_SECONDS = 180;
/** Growth within an hour that no ordinary hour brings: a fifth, and more than a new database costs by rights. */
const GROWTH = { share: 0.2, series: 400 };

/**
 * How far sending is behind what was collected. The queue's own metric, and before Prometheus 3.7 the
 * storage's (storage/remote/queue_manager.go and write.go). Sent is 0 until something was sent.
 */
export function sendingLag(host: string): Check {
  const queued = selfMetric("prometheus_remote_storage_queue_highest_timestamp_seconds", host);
  const stored = selfMetric("prometheus_remote_storage_highest_timestamp_in_seconds", host);
  const sent = selfMetric("prometheus_remote_storage_queue_highest_sent_timestamp_seconds", host);
  const newest = `max by (component_id) (${queued} or ${stored})`;
  const lag = `${newest} - max by (component_id) (${sent} > 0)`;
  return {
    id: "sending-lag",
    title: "samples waiting to be sent",
    unit: "seconds",
    metrics: [`max(${lag})`],
    evaluate({ metrics: [found] }) {
      const count = Math.max(0, Math.round(sum(found)));
      if (count <= LAG_SECONDS) return { count, unit: "seconds", state: "ok" };
      const advice = `Sending is ${span(count)} behind. After an outage it catches up by itself within minutes; if not, \`docker logs --since 10m alloy 2>&1 | grep remote_write\`. After 8 h samples are lost.`;
      return { count, unit: "seconds", state: "warning", advice };
    },
  };
}

/**
 * Series that the write-ahead log holds, now and an hour ago: internal/static/metrics/wal/wal.go. It grows
 * with every new label value, long before the sink's limit discards anything.
 */
export function walSeries(host: string): Check {
  const active = selfMetric("prometheus_remote_write_wal_storage_active_series", host);
  return {
    id: "wal-series",
    title: "series in the write-ahead log",
    unit: "series",
    metrics: [`sum(${active})`, `sum(${active} offset 1h)`],
    evaluate({ metrics: [now, before] }) {
      const count = sum(now);
      const old = before?.[0]?.value;
      const growth = old === undefined ? 0 : count - old;
      if (old === undefined || growth <= GROWTH.series || growth <= GROWTH.share * old) {
        return { count, unit: "series", state: "ok" };
      }
      const advice = `It grew from ${amount(old)} within an hour: some label gets ever new values. \`topk(5, count by (__name__) ({host=${JSON.stringify(host)}}))\` names the metric; drop it in its pipeline.`;
      return { count, unit: "series", state: "warning", advice };
    },
  };
}
