import type { QueryableSink } from "../../../cli/verify/sink-queries.ts";

/** Times in s since 1970 of the stored samples of each series of a selector, oldest first. */
export async function sampleTimes(
  sink: QueryableSink,
  selector: string,
  seconds: number,
): Promise<number[][]> {
  const query = `${selector}[${Math.ceil(seconds)}s]`;
  const authorization = `Basic ${btoa(`${sink.username}:${sink.password}`)}`;
  const url = `${sink.queryUrl}/api/v1/query?${new URLSearchParams({ query })}`;
  const answer = await fetch(url, { headers: { authorization } });
  if (!answer.ok) throw new Error(`${query}: status ${answer.status}`);
  const { data } = (await answer.json()) as { data: { result: { values: [number, string][] }[] } };
  return data.result.map(({ values }) => values.map(([time]) => time));
}

/** The greatest distance between two neighbours, in s; 0 for fewer than two. */
export function greatestGap(times: readonly number[]): number {
  return Math.max(0, ...times.slice(1).map((time, index) => time - (times[index] ?? time)));
}
