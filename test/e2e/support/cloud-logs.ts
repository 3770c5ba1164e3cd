import { CLOUD_LOGS_URL } from "../../../lab/world/sinks.ts";

/** How many lines of a container reached the simulated Grafana Cloud Logs more than once, which no query shows. */
export async function sentTwice(container: string): Promise<number> {
  const metrics = await (await fetch(`${CLOUD_LOGS_URL}/metrics`)).text();
  const own = metrics
    .split("\n")
    .filter((line) => line.startsWith("grafana_cloud_logs_duplicate_lines{"))
    .filter((line) => line.includes(`container="${container}"`));
  if (own.length === 0) throw new Error(`No line of ${container} is in the store.`);
  return own.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}
