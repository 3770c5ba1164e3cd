import { allAlerts } from "../grafana/alerts/index.ts";
import { prometheusRules } from "../grafana/alerts/prometheus-rules.ts";
import { allDashboards } from "../grafana/dashboards/index.ts";

/** What can be printed, by name. */
export function printed(): Record<string, unknown> {
  return { ...allDashboards(), rules: prometheusRules(allAlerts()) };
}

if (process.argv[1] === import.meta.filename) {
  const all = printed();
  const name = process.argv[2] ?? "";
  if (name in all) {
    process.stdout.write(`${JSON.stringify(all[name], null, 2)}\n`);
  } else {
    process.stderr.write(`usage: npm run -s dashboards -- ${Object.keys(all).join(" | ")}\n`);
    process.exitCode = 2;
  }
}
