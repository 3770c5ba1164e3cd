import { aligned } from "../footprint/table.ts";
import type { Results } from "./results.ts";
import { operationRows, packageRows, startRows } from "./rows.ts";
import { targetRows } from "./targets.ts";

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
