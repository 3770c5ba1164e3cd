import { expect } from "vitest";
import { queryLogs, querySink } from "../../../../cli/verify/sink-queries.ts";
import { until } from "../../../../lab/processes.ts";
import { selfMetric } from "../../../../telemetry/queries.ts";
import type { TestLab } from "../lab.ts";
import { greatestGap } from "../raw-samples.ts";
import { writer } from "../writers.ts";

/** More than a run has lines. */
const LIMIT = 5000;

/** A container that numbers its lines, those of each of its own starts from 1 on. */
export async function startCounter(lab: TestLab, name: string): Promise<void> {
  const script = `start=$(date +%s); i=0
while :; do i=$((i+1)); echo "count $start-$i"; sleep 0.5; done`;
  await writer(lab, { name, script });
}

/** From and to, in ms since 1970. */
export type Span = [from: number, to: number];

/**
 * Asserts that the sink has every line that Docker has of a counter since a time, in ms since 1970, but for those that
 * were written in a span in which they may be lost.
 */
export async function expectLines(
  lab: TestLab,
  {
    host,
    counter,
    since,
    lossy = [0, 0],
  }: { host: string; counter: string; since: number; lossy?: Span },
): Promise<void> {
  const log = await lab.client
    .getContainer(counter)
    .logs({ stdout: true, since: Math.floor(since / 1000), timestamps: true });
  const [from, to] = lossy;
  const written = [...log.toString().matchAll(/(\d{4}-\S+Z) (count \d+-\d+)/g)]
    .filter(([, time = ""]) => Date.parse(time) < from || Date.parse(time) > to)
    .map(([, , line = ""]) => line);
  expect(written.length).toBeGreaterThan(0);
  const selector = `{host="${host}",container="${counter}"}`;
  const missing = async () => {
    const stored = await queryLogs(lab.world.logs, selector, { limit: LIMIT });
    const lines = new Set(stored.map(({ line }) => line));
    return written.filter((line) => !lines.has(line));
  };
  // A sink that was away is tried every 30 s.
  await until(async () => (await missing()).length === 0, 60);
  expect(await missing()).toEqual([]);
}

/** Asserts that each of the agent's processes since a time has a sample at the sink for each of its scrapes. */
export async function expectSamples(
  { world }: TestLab,
  { host, since, scrapeSeconds }: { host: string; since: number; scrapeSeconds: number },
): Promise<void> {
  const started = selfMetric("alloy_resources_process_start_time_seconds", host);
  const query = `${started}[${Math.ceil((Date.now() - since) / 1000)}s]`;
  const found = await querySink(world.metrics, "/api/v1/query", { query });
  const samples = (found as { values: [number, string][] }[]).flatMap(({ values }) => values);
  const processes = Map.groupBy(samples, ([, start]) => start);
  expect(processes.size).toBeGreaterThan(0);
  for (const [start, scrapes] of processes) {
    const times = scrapes.map(([time]) => time).sort((a, b) => a - b);
    expect(greatestGap(times), `process of ${start}`).toBeLessThan(scrapeSeconds + 5);
  }
}
