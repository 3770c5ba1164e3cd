import type { SinkData } from "./sinks.ts";

/** Values of a query that contains the text; what is given first is looked at first. */
type Overrides = Record<string, ReturnType<SinkData["metrics"]>>;

/** Of logs that must not be there: of what is excluded, and of a full disk. */
const UNWANTED = /container=|compose_service=/;

/** Answers of the sinks of a host from which everything arrives, but for what is given by query text. */
export function healthyHost(host: string, overrides: Overrides = {}): SinkData {
  const node = { job: "integrations/node_exporter", instance: host };
  const answers: Overrides = {
    ...overrides,
    "count by (host, instance, job)": [
      [{ host, ...node }, 309],
      [{ host, instance: host, job: "alloy" }, 471],
      [{ host: "other", instance: "other", job: "alloy" }, 470],
    ],
    "count by (job, instance)": [[node, 1]],
    loki_source_journal_target_lines_total: [[{}, 900]],
    "time() - alloy_resources": [[{}, 3600]],
    "time() - (": [[{}, 12]],
    'count(last_over_time(up{job="integrations/github_exporter"': [],
    "offset 1h": [],
    "max(max by (component_id)": [[{}, 4]],
    wal_storage_active_series: [[{}, 1853]],
    "!=": [],
    node_filesystem_device_error: [],
    host_alloy_state_set_aside_timestamp_seconds: [],
    node_filesystem_avail_bytes: [[{ mountpoint: "/" }, 0.4]],
    "count(": [[{}, 42]],
    "": [[{}, 1]],
    ...overrides,
  };
  const given = Object.keys(answers);
  return {
    metrics: (query) => answers[given.find((text) => query.includes(text)) ?? ""] ?? [],
    logs: (query) => {
      if (UNWANTED.test(query)) return [];
      return query.includes("transport") ? [[node, 30]] : [[{}, 30]];
    },
  };
}
