import { type Alert, EVALUATE_SECONDS } from "./alert.ts";

/** A rule's query and condition in one expression: what it answers is bad. */
export function badValues({ expr, bad: { is, value } }: Alert): string {
  return `(${expr}) ${is === "above" ? ">" : "<"} ${value}`;
}

/** The rules as Prometheus evaluates them, for `promtool test rules` and for those who have no Grafana. */
export function prometheusRules(alerts: Record<string, Alert>) {
  const rules = Object.values(alerts).map((alert) => ({
    alert: alert.title,
    expr: badValues(alert),
    for: `${alert.forMinutes}m`,
    labels: { severity: alert.severity },
  }));
  return { groups: [{ name: "alloy", interval: `${EVALUATE_SECONDS}s`, rules }] };
}
