import type { Operations } from "./operations.ts";
import type { ProgramStart } from "./program-start.ts";

/** All that one run of the benchmark has to say. */
export interface Results {
  runs: number;
  /** Seconds to load the program; missing where only the rest was asked for. */
  start?: ProgramStart;
  /** What the tools were measured by; missing where only the program's start was asked for. */
  operations?: Operations;
}
