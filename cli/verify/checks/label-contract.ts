import { selector } from "../../../telemetry/queries.ts";
import { JOURNAL_FRESH, NODE_JOB } from "../../../telemetry/signals.ts";
import type { Check } from "./check.ts";

/**
 * The "Linux Server" integration of Grafana Cloud drives metrics and logs with one variable: `job` and
 * `instance` must be the same on both. Asked without these labels, so that a wrong one shows. Of the logs
 * only the journal's have `transport`.
 */
export function labelContract(host: string): Check {
  const wanted = pair({ job: NODE_JOB, instance: host });
  return {
    id: "label-contract",
    title: "labels of the Linux Server integration",
    unit: "series",
    metrics: [`count by (job, instance) (${selector("node_uname_info", { host })})`],
    logs: { queries: [selector("", { host, transport: "=~.+" })], seconds: JOURNAL_FRESH },
    judge({ metrics: [found = []], logs }) {
      const metrics = pairsOf("metrics", found);
      const journal = pairsOf("journal", logs);
      const count = metrics.length + journal.length;
      const wrong = [
        ...(metrics.length ? metrics : ["metrics: nothing to compare"]),
        ...(journal.length ? journal : ["journal: nothing to compare"]),
      ].filter((each) => !each.endsWith(`: ${wanted}`));
      if (wrong.length === 0) return { count, detail: `both have ${wanted}` };
      const advice = `Both must have ${wanted}, or the integration's dashboards stay empty: correct discovery.relabel "host" in pipelines/host.alloy and the labels in pipelines/journal.alloy.`;
      return { count, state: "warning", detail: wrong.join("; "), advice };
    },
  };
}

type Labels = Record<string, string>;

/** The different pairs of one side. */
function pairsOf(side: string, found: { labels: Labels }[]): string[] {
  return [...new Set(found.map(({ labels }) => `${side}: ${pair(labels)}`))];
}

function pair({ job = "", instance = "" }: Labels): string {
  return `job=${JSON.stringify(job)}, instance=${JSON.stringify(instance)}`;
}
