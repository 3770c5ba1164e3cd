import { SERIES_BUDGET } from "../../../telemetry/series-budget.ts";
import { amount, percent } from "../../shared/words.ts";
import type { Sample } from "../sink-queries.ts";
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
    judge({ metrics: [found = []] }) {
      const shares = sharesOf(host, found);
      const count = shares.reduce((all, [, series]) => all + series, 0);
      const total = sum(found);
      const jobs = shares.map(([job, n]) => `, ${job} ${amount(n)} (${percent(n, count)})`);
      const detail = `all hosts ${amount(total)} of ${amount(SERIES_BUDGET)} (${percent(total, SERIES_BUDGET)})${jobs.join("")}`;
      if (total <= WARN_SHARE * SERIES_BUDGET) return { count, detail };
      const [largest] = shares;
      const cut = largest ? ` First to cut, ${largest[0]}: ${whatToCut(largest[0])}.` : "";
      const advice = `Above ${amount(SERIES_BUDGET)} Grafana Cloud discards samples without telling Alloy.${cut}`;
      return { count, state: "warning", detail, advice };
    },
  };
}

/** Series of a host by job, most first. */
function sharesOf(host: string, found: readonly Sample[]): [string, number][] {
  const own = found.filter(({ labels }) => labels.host === host || labels.instance === host);
  return Object.entries(Object.groupBy(own, ({ labels }) => labels.job ?? ""))
    .map(([job, samples]): [string, number] => [job, sum(samples)])
    .sort(([a, x], [b, y]) => y - x || a.localeCompare(b));
}

function whatToCut(job: string): string {
  if (job.startsWith("postgres_")) {
    return "what no dashboard shows of pg_stat_* and pg_settings_*, by a drop rule in pipelines/postgres.alloy";
  }
  return cuts[job] ?? "its largest metric, by a drop rule in its file of pipelines/";
}

const cuts: Record<string, string> = {
  docker: "`container-metrics` from the pipelines of the stack",
  alloy: "what no alert uses, by a keep rule in pipelines/self.alloy",
  traefik:
    "`metrics.prometheus.addRoutersLabels: false` in Traefik, or a drop rule in pipelines/traefik.alloy",
  "integrations/node_exporter":
    "collectors of set_collectors in pipelines/host.alloy, netstat and hwmon first",
  "integrations/github_exporter":
    "repositories with many releases, from github.repositories of the stack",
};
