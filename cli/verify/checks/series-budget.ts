import { SERIES_BUDGET } from "../../../telemetry/series-budget.ts";
import type { Sample } from "../sink-queries.ts";
import { amount, percent } from "../words.ts";
import { type Check, sum } from "./check.ts";

/** Share of the budget above which it is time to act. */
const WARN_SHARE = 0.8;
/** Grafana Cloud counts a series as active for about 20 min after its last sample. */
const ACTIVE = "20m";

/**
 * Active series against the budget. All hosts count, as they do in Grafana Cloud; the shares are of this
 * host, whose series have it as `host` or, where that label says something else, as `instance`.
 */
export function seriesBudget(host: string): Check {
  return {
    id: "series-budget",
    title: "active series",
    unit: "series",
    metrics: [`count by (host, instance, job) (last_over_time({job=~".+"}[${ACTIVE}]))`],
    evaluate({ metrics: [found = []] }) {
      const shares = sharesOf(host, found);
      const count = shares.reduce((all, [, series]) => all + series, 0);
      const total = sum(found);
      const detail = describe(shares, count, total);
      const row = { count, unit: "series", detail } as const;
      if (total <= WARN_SHARE * SERIES_BUDGET) return { ...row, state: "ok" };
      const [largest] = shares;
      const cut = largest ? ` First to cut, ${largest[0]}: ${whatToCut(largest[0])}.` : "";
      const advice = `Above ${amount(SERIES_BUDGET)} Grafana Cloud discards samples without a word to Alloy.${cut}`;
      return { ...row, state: "warning", advice };
    },
  };
}

/** Series of a host by job, most first. */
function sharesOf(host: string, found: readonly Sample[]): [string, number][] {
  const shares = new Map<string, number>();
  for (const { labels, value } of found) {
    if (labels.host !== host && labels.instance !== host) continue;
    const job = labels.job ?? "";
    shares.set(job, (shares.get(job) ?? 0) + value);
  }
  return [...shares].sort(([a, x], [b, y]) => y - x || a.localeCompare(b));
}

function describe(shares: readonly [string, number][], count: number, total: number): string {
  const jobs = shares.map(([job, n]) => `${job} ${amount(n)} (${percent(n, count)})`);
  const all = `all hosts ${amount(total)} of ${amount(SERIES_BUDGET)} (${percent(total, SERIES_BUDGET)})`;
  return [all, ...jobs].join(", ");
}

function whatToCut(job: string): string {
  if (job.startsWith("postgres_")) {
    return "what no dashboard shows of pg_stat_* and pg_settings_*, by a drop rule in pipelines/postgres.alloy";
  }
  return cuts[job] ?? "its largest metric, by a drop rule in its file of pipelines/";
}

const cuts: Record<string, string> = {
  alloy: "what no alert uses, by a keep rule in pipelines/self.alloy",
  traefik:
    "`metrics.prometheus.addRoutersLabels: false` in Traefik, or a drop rule in pipelines/traefik.alloy",
  "integrations/node_exporter":
    "collectors of set_collectors in pipelines/host.alloy, netstat and hwmon first",
  "integrations/github_exporter":
    "repositories with many releases, from github.repositories of the stack",
};
