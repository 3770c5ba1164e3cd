import { amount, span } from "../../cli/verify/words.ts";
import type { Footprint } from "./footprint.ts";
import type { SeriesByJob } from "./series.ts";
import { aligned, decimal, ratio } from "./table.ts";

/** The target on a host with about 30 containers. */
const TARGET = { memoryMegabytes: 200, cpuPercent: 2 } as const;

/** GitHub's metrics come every 10 min, in s. */
const LONGEST_SCRAPE = 600;

/** One agent of the comparison. */
export interface Agent {
  footprint: Footprint;
  series: SeriesByJob;
}

/** All that one run has to say. */
export interface Comparison {
  /** Containers on the engine during the measurement, both agents among them. */
  containers: number;
  /** Time from the start of both agents to the end of the measurement, in s. */
  sinceStart: number;
  ours: Agent;
  document: Agent;
}

type Row = [label: string, of: (footprint: Footprint) => number, digits: number, target?: string];

const megabytes = (bytes: number) => bytes / 1e6;
const memoryTarget = `< ${TARGET.memoryMegabytes}`;
const cpuTarget = `< ${TARGET.cpuPercent}`;
const DAY = 86_400;

const FIGURES: Row[] = [
  ["RSS, mean, MB", (f) => megabytes(f.residentMean), 1, memoryTarget],
  ["RSS, peak, MB", (f) => megabytes(f.residentPeak), 1, memoryTarget],
  ["of it allocated (RssAnon), mean, MB", (f) => megabytes(f.anonymousMean), 1],
  ["working set of the container, mean, MB", (f) => megabytes(f.workingSetMean), 1, memoryTarget],
  ["working set of the container, peak, MB", (f) => megabytes(f.workingSetPeak), 1, memoryTarget],
  ["CPU, mean, % of a core", (f) => f.cpuMean, 2, cpuTarget],
  ["CPU, 95th percentile of 5 s, % of a core", (f) => f.cpuP95, 2],
  ["active series", (f) => f.series, 0],
  ["metrics sent, KB a minute", (f) => ((f.metricsBytes / f.seconds) * 60) / 1e3, 1],
  ["metrics sent, MB a day", (f) => megabytes((f.metricsBytes / f.seconds) * DAY), 1],
  ["logs sent, KB a minute", (f) => ((f.logsBytes / f.seconds) * 60) / 1e3, 1],
  ["logs sent, MB a day", (f) => megabytes((f.logsBytes / f.seconds) * DAY), 1],
  ["log lines sent a second", (f) => f.logLines / f.seconds, 1],
];

/** The comparison for a terminal: the figures, then the series by job. */
export function report(comparison: Comparison): string {
  const { containers, sinceStart, ours, document } = comparison;
  const { seconds } = ours.footprint;
  const head = `${span(seconds)} with ${containers} containers on the engine, from ${span(sinceStart - seconds)} after the start of both agents`;
  const missing =
    sinceStart < LONGEST_SCRAPE
      ? ["", "GitHub's series come every 10 min: here they may be missing."]
      : [];
  return [
    "",
    head,
    "",
    figures(ours.footprint, document.footprint),
    "",
    seriesByJob(ours.series, document.series),
    ...missing,
    "",
  ].join("\n");
}

function figures(ours: Footprint, document: Footprint): string {
  const rows = FIGURES.map(([label, of, digits, target = ""]) => [
    label,
    decimal(of(ours), digits),
    decimal(of(document), digits),
    ratio(of(ours), of(document)),
    target,
  ]);
  return aligned([["", "ours", "document", "ratio", "target"], ...rows]);
}

/** Jobs of either side, the document's largest first. */
export function seriesByJob(ours: SeriesByJob, document: SeriesByJob): string {
  const jobs = [...new Set([...Object.keys(ours), ...Object.keys(document)])];
  const size = (job: string) => document[job] ?? 0;
  const rows = jobs
    .sort((a, b) => size(b) - size(a) || a.localeCompare(b))
    .map((job) => row(job, ours[job] ?? 0, size(job)));
  return aligned([["active series by job", "ours", "document", "ratio"], ...rows]);
}

function row(job: string, ours: number, document: number): string[] {
  return [job, amount(ours), amount(document), ratio(ours, document)];
}
