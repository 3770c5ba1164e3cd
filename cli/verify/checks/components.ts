import { selfMetric } from "../../../telemetry/queries.ts";
import { byLabel, type Check, sum } from "./check.ts";

/**
 * Components that are not healthy. internal/runtime/internal/controller/metrics.go; types of health are
 * unknown, healthy, unhealthy and exited (internal/component/component_health.go), each only while there is one.
 */
export function unhealthyComponents(host: string): Check {
  const metric = "alloy_component_controller_running_components";
  const unhealthy = selfMetric(metric, host, { health_type: "!=healthy" });
  return {
    id: "components",
    title: "components that are not healthy",
    unit: "components",
    metrics: [`sum by (health_type) (${unhealthy})`],
    evaluate({ metrics: [found] }) {
      const count = sum(found);
      if (count === 0) return { count, unit: "components", state: "ok" };
      const advice = `\`docker logs --since 1h alloy 2>&1 | grep -E 'level=(error|warn)'\` on ${host} names them, and so does Alloy's UI.`;
      const detail = byLabel(found, "health_type");
      return { count, unit: "components", state: "warning", detail, advice };
    },
  };
}
