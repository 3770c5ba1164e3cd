import { aligned } from "../footprint/table.ts";
import type { Operations } from "./operations.ts";
import type { ProgramStart } from "./program-start.ts";
import { operationRows, packageRows, startRows } from "./rows.ts";
import { targetRows } from "./targets.ts";

/** All that one run of the benchmark has to say. */
export interface Results {
  runs: number;
  /** Seconds to load the program; missing where only the rest was asked for. */
  start?: ProgramStart;
  /** What the tools were measured by; missing where only the program's start was asked for. */
  operations?: Operations;
}

/** The results for a terminal. */
export function report(results: Results): string {
  const { runs, start, operations } = results;
  const tables = [
    ...(operations ? [operationRows(operations)] : []),
    ...(start ? [startRows(start), packageRows(start)] : []),
    targetRows(results),
  ];
  const head = `up to ${runs} runs; the median, and in brackets the least and the greatest`;
  return ["", head, ...tables.flatMap((rows) => ["", aligned(rows)]), "", ""].join("\n");
}
