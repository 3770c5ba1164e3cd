import { cpuPercent, type Usage } from "./container-stats.ts";
import type { Counters } from "./counters.ts";
import type { ResidentMemory } from "./proc-status.ts";
import { type SeriesByJob, seriesTotal } from "./series.ts";

/** What an agent uses at one time. */
export interface Reading {
  usage: Usage;
  resident: ResidentMemory;
}

/** What was seen of one agent. */
export interface Observed {
  /** In order of time; at least two. */
  readings: readonly Reading[];
  /** What was sent in `seconds`. */
  sent: Counters;
  /** Time between the two readings of the counters, in s. */
  seconds: number;
  series: SeriesByJob;
}

/** The figures of one agent. Memory in bytes, CPU in percent of one core. */
export interface Footprint {
  seconds: number;
  workingSetMean: number;
  workingSetPeak: number;
  residentMean: number;
  residentPeak: number;
  anonymousMean: number;
  cpuMean: number;
  /** Of the CPU of each interval between two readings. */
  cpuP95: number;
  series: number;
  metricsBytes: number;
  logsBytes: number;
  logLines: number;
}

/** Sums up what was seen of an agent. */
export function footprintOf({ readings, sent, seconds, series }: Observed): Footprint {
  const [first, ...later] = readings;
  const last = later.at(-1);
  if (!first || !last) throw new Error("A footprint needs at least two readings.");
  const workingSets = readings.map(({ usage }) => usage.workingSet);
  const residents = readings.map(({ resident }) => resident.total);
  const shares = later.map(({ usage }, i) => cpuPercent((readings[i] as Reading).usage, usage));
  return {
    seconds,
    workingSetMean: mean(workingSets),
    workingSetPeak: Math.max(...workingSets),
    residentMean: mean(residents),
    residentPeak: Math.max(...residents),
    anonymousMean: mean(readings.map(({ resident }) => resident.anonymous)),
    cpuMean: cpuPercent(first.usage, last.usage),
    cpuP95: percentile(shares, 95),
    series: seriesTotal(series),
    ...sent,
  };
}

/** Arithmetic mean of at least one value. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The smallest value that at least `share` percent of the values don't exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil((share / 100) * sorted.length) - 1)];
  if (value === undefined) throw new Error("There is no percentile of no values.");
  return value;
}
