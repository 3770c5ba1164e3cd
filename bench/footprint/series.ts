import type { Sample } from "../../cli/verify/sink-queries.ts";

/** Grafana Cloud counts a series as active for about 20 min after its last sample, in s. */
const LONGEST_WINDOW = 1200;

/** Active series by job. */
export type SeriesByJob = Record<string, number>;

/** The query for active series, over the last `seconds`, but no longer than a series stays active. */
export function seriesQuery(seconds: number): string {
  const window = Math.min(LONGEST_WINDOW, Math.ceil(seconds));
  return `count by (host, instance, job) (last_over_time({job=~".+"}[${window}s]))`;
}

/** Series of a host by job: those that have it as `host` or, where that label says something else, as `instance`. */
export function seriesOf(host: string, found: readonly Sample[]): SeriesByJob {
  const jobs: SeriesByJob = {};
  for (const { labels, value } of found) {
    if (labels.host !== host && labels.instance !== host) continue;
    const job = labels.job ?? "";
    jobs[job] = (jobs[job] ?? 0) + value;
  }
  return jobs;
}

/** All series of a host. */
export function seriesTotal(jobs: SeriesByJob): number {
  return Object.values(jobs).reduce((sum, value) => sum + value, 0);
}
