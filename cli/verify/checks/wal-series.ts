import { selfMetric } from "../../../telemetry/queries.ts";
import { amount } from "../../shared/words.ts";
import { type Check, sum } from "./check.ts";

/** Growth within an hour that no ordinary hour brings: a fifth, and more than a new database adds. */
const GROWTH = { share: 0.2, series: 400 };

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
    judge({ metrics: [now, before = []] }) {
      const count = sum(now);
      const old = before[0]?.value ?? count;
      if (count - old <= Math.max(GROWTH.series, GROWTH.share * old)) return { count };
      const advice = `It grew from ${amount(old)} within an hour: a label keeps getting new values. \`topk(5, count by (__name__) ({host=${JSON.stringify(host)}}))\` names the metric; drop it in its pipeline.`;
      return { count, state: "warning", advice };
    },
  };
}
