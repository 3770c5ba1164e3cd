import { CLOUD_LOGS_URL } from "../../../lab/world/sinks.ts";

type Duplicates = { labels: Record<string, string>; lines: number }[];

/** How many lines of a container reached the simulated Grafana Cloud Logs more than once, which no query shows. */
export async function sentTwice(container: string): Promise<number> {
  const answer = await fetch(`${CLOUD_LOGS_URL}/__duplicates`);
  const own = ((await answer.json()) as Duplicates).filter(
    ({ labels }) => labels.container === container,
  );
  if (own.length === 0) throw new Error(`No line of ${container} is in the store.`);
  return own.reduce((sum, { lines }) => sum + lines, 0);
}
