/**
 * The states that make `verify` fail. `missing` and `stale`: what should be in the sink is not there, or
 * no longer. `unwanted`: what should stay on the host is there. `expired`: a token is over. `full`: a disk.
 */
export const failures = ["missing", "stale", "unwanted", "expired", "full"] as const;

/** How one row of the proof ended. `warning` is something to look at while everything arrives. */
export type State = "ok" | "warning" | (typeof failures)[number];

/** What `count` counts. A signal counts series or lines; a check also what Alloy counts about itself. */
export type Unit =
  | "series"
  | "lines"
  | "samples"
  | "batches"
  | "components"
  | "containers"
  | "file systems"
  | "files"
  | "seconds"
  | "days";

/** One row of the proof: a signal that was waited for, or a check that was made once at the end. */
export interface Result {
  /** Stable name for machines, such as `host` or `postgres_immich-db`. */
  signal: string;
  /** What it is, for people. */
  title: string;
  /** PromQL or LogQL that shows it, to be pasted into Grafana's Explore; "" for what no sink was asked. */
  query: string;
  /** Age of the newest sample or line, in s. Left out where nothing was found or age says nothing. */
  ageSeconds?: number;
  count: number;
  unit: Unit;
  state: State;
  /** What was found, in words, whatever the state. */
  detail?: string;
  /** What is wrong and what to do; there unless the state is `ok`. */
  advice?: string;
}

/** Whether a row makes `verify` fail. */
export function failed({ state }: Pick<Result, "state">): boolean {
  return failures.some((failure) => failure === state);
}

const KEYS = [
  ...(["signal", "title", "query", "ageSeconds", "count", "unit"] as const),
  ...(["state", "detail", "advice"] as const),
];

/** The rows for machines: every key in every row, `null` where a row has no such value. */
export function toJson(results: readonly Result[]): string {
  const rows = results.map((row) => Object.fromEntries(KEYS.map((key) => [key, row[key] ?? null])));
  return `${JSON.stringify(rows, null, 2)}\n`;
}
