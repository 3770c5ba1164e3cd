import { setTimeout as sleep } from "node:timers/promises";
import {
  type QueryableSink,
  queryLogs,
  queryMetrics,
  querySink,
} from "../../cli/verify/sink-queries.ts";

/** Scrape interval of the watched job for all tools alike, in s: at 60 s an interruption would not show. */
export const scrapeInterval = 1;

/** The watched series: Alloy about itself. */
const watched = (host: string) => `up{job="alloy",host=${JSON.stringify(host)}}`;

const LONGEST_WAIT = 180;

/** When the first sample and the first log line of a host are in the sinks, by the clock `since`. */
export async function firstArrival(
  { metrics, logs }: { metrics: QueryableSink; logs: QueryableSink },
  host: string,
  since: () => number,
): Promise<{ firstSample: number; firstLine: number }> {
  const lines = `{job="docker",host=${JSON.stringify(host)}}`;
  const [firstSample, firstLine] = await Promise.all([
    arrival(() => queryMetrics(metrics, watched(host)), since),
    arrival(() => queryLogs(logs, lines, { limit: 1 }), since),
  ]);
  return { firstSample, firstLine };
}

async function arrival(query: () => Promise<unknown[]>, since: () => number): Promise<number> {
  for (;;) {
    if ((await query()).length > 0) return since();
    if (since() > LONGEST_WAIT) throw new Error(`nothing arrived within ${LONGEST_WAIT} s`);
    await sleep(250);
  }
}

/** Times of the samples of the last `seconds`, in s since 1970. Of one series; more are a fault. */
export async function sampleTimes(
  sink: QueryableSink,
  host: string,
  seconds: number,
): Promise<number[]> {
  const query = `${watched(host)}[${Math.ceil(seconds)}s]`;
  const result = await querySink(sink, "/api/v1/query", { query });
  if (result.length > 1) throw new Error(`${query}: ${result.length} series`);
  const [series] = result as { values: [number, string][] }[];
  return series?.values.map(([time]) => time) ?? [];
}
