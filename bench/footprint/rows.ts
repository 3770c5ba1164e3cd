import { amount } from "../../cli/shared/words.ts";
import { decimal, ratio, spread, summary } from "../numbers.ts";
import type { Report } from "../report.ts";
import type { Counters, Footprint, Reading } from "./observe.ts";

/** All that one run has to say. */
export interface Comparison {
  /** Containers on the engine during the measurement, both agents among them. */
  containers: number;
  ours: Footprint;
  document: Footprint;
}

const DAY = 86_400;

/** Both sides, their ratio and the target; then the series by job, the document's largest first. */
export function footprintReport(comparison: Comparison): Report {
  const { containers, ours, document } = comparison;
  const minutes = decimal((ours.to.time - ours.from.time) / 60_000, 0);
  return {
    head: `${minutes} minutes with ${containers} containers on the engine; of memory the median, and in brackets the least and the greatest`,
    tables: [figures(ours, document), jobs(ours.series, document.series)],
    values: comparison,
  };
}

function figures(ours: Footprint, document: Footprint): string[][] {
  const memory = (label: string, key: keyof Reading, target = "") => {
    const megabytes = ({ readings }: Footprint) => summary(readings.map((r) => r[key] / 1e6));
    const [a, b] = [megabytes(ours), megabytes(document)];
    return [label, spread(a, 0), spread(b, 0), ratio(a?.median, b?.median), target];
  };
  const figure = (label: string, of: (one: Footprint) => number, digits: number, target = "") => {
    const [a, b] = [of(ours), of(document)];
    return [label, decimal(a, digits), decimal(b, digits), ratio(a, b), target];
  };
  return [
    ["", "ours", "document", "ratio", "target"],
    memory("working set of the container, MB", "workingSet", "< 200"),
    memory("RSS, MB", "resident", "< 200"),
    memory("of it allocated (RssAnon), MB", "anonymous"),
    figure("CPU, mean, % of a core", (one) => 100 * rate(one, "cpuSeconds"), 2, "< 2"),
    figure("active series", ({ series }) => total(series), 0),
    figure("metrics sent, MB a day", (one) => (DAY * rate(one, "metricsBytes")) / 1e6, 1),
    figure("logs sent, MB a day", (one) => (DAY * rate(one, "logsBytes")) / 1e6, 1),
    figure("log lines sent a second", (one) => rate(one, "logLines"), 1),
  ];
}

/** What was added each second. A counter that fell means a restart, after which nothing is comparable. */
function rate({ from, to }: Footprint, key: keyof Counters): number {
  if (to[key] >= from[key]) return (1000 * (to[key] - from[key])) / (to.time - from.time);
  throw new Error(`An agent was restarted during the measurement: its counter ${key} fell.`);
}

const total = (series: Record<string, number>) =>
  Object.values(series).reduce((sum, value) => sum + value, 0);

function jobs(ours: Record<string, number>, document: Record<string, number>): string[][] {
  const all = [...new Set([...Object.keys(ours), ...Object.keys(document)])];
  const size = (job: string) => document[job] ?? 0;
  const rows = all
    .sort((a, b) => size(b) - size(a) || a.localeCompare(b))
    .map((job) => [
      job,
      amount(ours[job] ?? 0),
      amount(size(job)),
      ratio(ours[job] ?? 0, size(job)),
    ]);
  return [["active series by job", "ours", "document", "ratio"], ...rows];
}
