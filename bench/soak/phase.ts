import type { Tally } from "./tally.ts";
import type { Life } from "./writers.ts";

/** One event, and what was counted before it and after its lines had arrived. */
export interface Happened {
  name: string;
  /** From its begin until its lines had arrived, in ms since 1970. */
  begin: number;
  end: number;
  /** How long they took, in s. */
  caught: number;
  before: Tally[];
  after: Tally[];
}

/** What containers wrote while some events happened. */
export interface Phase {
  happened: Happened[];
  lives: Life[];
  /** Counts at the end. */
  tallies: Tally[];
}
