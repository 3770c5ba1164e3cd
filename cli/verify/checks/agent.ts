import { advice } from "../../../telemetry/advice.ts";
import { selector, selfMetric, within } from "../../../telemetry/queries.ts";
import { GITHUB_FRESH, GITHUB_JOB } from "../../../telemetry/signals.ts";
import { span } from "../../shared/words.ts";
import { bounded, byLabel } from "./check.ts";

/**
 * Components that are not healthy. internal/runtime/internal/controller/metrics.go; types of health are
 * unknown, healthy, unhealthy and exited (internal/component/component_health.go), each only while there is one.
 */
export function unhealthyComponents(host: string) {
  const metric = "alloy_component_controller_running_components";
  const unhealthy = selfMetric(metric, host, { health_type: "!=healthy" });
  return bounded({
    id: "components",
    title: "components that are not healthy",
    unit: "components",
    metrics: [`sum by (health_type) (${unhealthy})`],
    detail: (found) => byLabel(found, "health_type"),
    advice: `\`docker logs --since 1h alloy 2>&1 | grep -E 'level=(error|warn)'\` on ${host} names them, and so does Alloy's UI.`,
  });
}

/**
 * How far sending is behind what was collected. The queue's own metric, and before Prometheus 3.7 the
 * storage's (storage/remote/queue_manager.go and write.go). Sent is 0 until something was sent.
 */
export function sendingLag(host: string) {
  const queued = selfMetric("prometheus_remote_storage_queue_highest_timestamp_seconds", host);
  const stored = selfMetric("prometheus_remote_storage_highest_timestamp_in_seconds", host);
  const sent = selfMetric("prometheus_remote_storage_queue_highest_sent_timestamp_seconds", host);
  const newest = `max by (component_id) (${queued} or ${stored})`;
  return bounded({
    id: "sending-lag",
    title: "samples waiting to be sent",
    unit: "seconds",
    metrics: [`max(${newest} - max by (component_id) (${sent} > 0))`],
    // Three scrapes of 60 s: a queue that is further behind does not keep up.
    allowed: 180,
    advice: (count) =>
      `Sending is ${span(count)} behind. After an outage it catches up by itself within minutes; if not, \`docker logs --since 10m alloy 2>&1 | grep remote_write\`. After 8 h samples are lost.`,
  });
}

/** On a host that does not poll GitHub the target list is empty: not a single series arrives from it. */
export function githubSilent(host: string) {
  const polls = selector("up", { job: GITHUB_JOB, host });
  return bounded({
    id: "github-silent",
    title: "GitHub is not polled here",
    unit: "series",
    metrics: [`count(${within(polls, GITHUB_FRESH)})`],
    advice: advice.pollsToo(host),
  });
}
