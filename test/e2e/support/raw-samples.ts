import { type QueryableSink, querySink } from "../../../cli/verify/sink-queries.ts";

/** Times in s since 1970 of the stored samples of each series of a selector, oldest first. */
export async function sampleTimes(
  sink: QueryableSink,
  selector: string,
  seconds: number,
): Promise<number[][]> {
  const query = `${selector}[${Math.ceil(seconds)}s]`;
  const result = await querySink(sink, "/api/v1/query", { query });
  return (result as { values: [number, string][] }[]).map(({ values }) =>
    values.map(([time]) => time),
  );
}

/** The greatest distance between two neighbours, in s; 0 for fewer than two. */
export function greatestGap(times: readonly number[]): number {
  return Math.max(0, ...times.slice(1).map((time, index) => time - (times[index] ?? time)));
}
