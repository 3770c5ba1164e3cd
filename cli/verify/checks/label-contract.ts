import { selector } from "../../../telemetry/queries.ts";
import { JOURNAL_FRESH, NODE_JOB } from "../../../telemetry/signals.ts";
import type { Check } from "./check.ts";

/**
 * The "Linux Server" integration of Grafana Cloud drives metrics and logs with one variable: `job` and
 * `instance` must be the same on both. Asked without these labels, so that a wrong one shows. Of the logs
 * only the journal's have `transport`.
 */
export function labelContract(host: string): Check {
  return {
    id: "label-contract",
    title: "labels of the Linux Server integration",
    unit: "series",
    metrics: [`count by (job, instance) (${selector("node_uname_info", { host })})`],
    logs: { queries: [selector("", { host, transport: "=~.+" })], seconds: JOURNAL_FRESH },
    evaluate({ metrics: [found = []], logs }) {
      const wanted = pair({ job: NODE_JOB, instance: host });
      const sides = {
        metrics: new Set(found.map(({ labels }) => pair(labels))),
        journal: new Set(logs.map(({ labels }) => pair(labels))),
      };
      const row = { count: sides.metrics.size + sides.journal.size, unit: "series" } as const;
      const wrong = Object.entries(sides).flatMap(([side, pairs]) =>
        pairs.size === 0
          ? [`${side}: nothing to compare`]
          : [...pairs].filter((each) => each !== wanted).map((each) => `${side}: ${each}`),
      );
      if (wrong.length === 0) return { ...row, state: "ok", detail: `both have ${wanted}` };
      const advice = `Both must have ${wanted}, or the integration's dashboards stay empty: correct discovery.relabel "host" in pipelines/host.alloy and the labels in pipelines/journal.alloy.`;
      return { ...row, state: "warning", detail: wrong.join("; "), advice };
    },
  };
}

function pair({ job = "", instance = "" }: Record<string, string>): string {
  return `job=${JSON.stringify(job)}, instance=${JSON.stringify(instance)}`;
}
