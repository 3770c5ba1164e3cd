import { commandLine, exitCodes, runCommand, WrongUsage } from "../cli/shared/command-line.ts";
import { terminalOf } from "../cli/shared/terminal.ts";
import { allAlerts } from "../grafana/alerts/index.ts";
import { prometheusRules } from "../grafana/alerts/prometheus-rules.ts";
import { allDashboards } from "../grafana/dashboards/index.ts";

/** What can be printed, by name. */
export function printed(): Record<string, unknown> {
  return { ...allDashboards(), rules: prometheusRules(allAlerts()) };
}

const line = commandLine({
  name: "dashboards",
  help: {
    about: "Prints a dashboard as JSON to import, or the alerts as a Prometheus rules file.",
    words: Object.keys(printed()).join("|"),
    examples: ["fleet > fleet.json", "rules > rules.json"],
    ends: { ok: "it is printed", failed: "it could not be" },
  },
  options: {},
  read(_values, words) {
    const all = printed();
    const name = words.join(" ");
    if (name in all) return all[name];
    throw new WrongUsage(`${JSON.stringify(name)} is none of ${Object.keys(all).join(", ")}`);
  },
});

if (process.argv[1] === import.meta.filename) {
  const { out, say } = terminalOf(process);
  process.exitCode = await runCommand(line, process.argv.slice(2), { out, say }, async (wanted) => {
    out(`${JSON.stringify(wanted, null, 2)}\n`);
    return exitCodes.ok;
  });
}
