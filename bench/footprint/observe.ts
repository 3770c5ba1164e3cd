import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { queryMetrics } from "../../cli/verify/sink-queries.ts";
import { ask, outcome } from "../../http/ask.ts";
import { addressIn } from "../../lab/world/networks.ts";
import type { Sink } from "../../lab/world/sinks.ts";
import { type DockerStats, usageOf } from "./container-stats.ts";
import { type Counters, countersOf, sentBetween } from "./counters.ts";
import type { Observed, Reading } from "./footprint.ts";
import { residentMemory } from "./proc-status.ts";
import { seriesOf, seriesQuery } from "./series.ts";
import { mustRun } from "./start-document.ts";

/** Time between two readings, in s. */
const INTERVAL = 5;

/** An agent under observation. */
export interface Subject {
  container: string;
  /** Value of the label `host` on what it sends. */
  host: string;
}

/** Watches agents for `seconds`, all at the same times. */
export async function observe(
  docker: Docker,
  subjects: readonly Subject[],
  seconds: number,
  signal: AbortSignal,
): Promise<Omit<Observed, "series">[]> {
  const readings: Reading[][] = subjects.map(() => []);
  const before = await Promise.all(subjects.map(({ container }) => counters(docker, container)));
  const begin = Date.now();
  for (let tick = 0; tick * INTERVAL <= seconds; tick += 1) {
    await sleep(Math.max(0, begin + tick * INTERVAL * 1000 - Date.now()), undefined, { signal });
    const now = await Promise.all(subjects.map(({ container }) => read(docker, container)));
    now.forEach((reading, i) => void readings[i]?.push(reading));
  }
  const after = await Promise.all(subjects.map(({ container }) => counters(docker, container)));
  return subjects.map(({ container }, i) => {
    const [from, to] = [before[i], after[i]] as [TimedCounters, TimedCounters];
    const sent = sentBetween(container, from.counters, to.counters);
    return { readings: readings[i] ?? [], sent, seconds: (to.time - from.time) / 1000 };
  });
}

/** One reading of a container and of its first process. */
async function read(docker: Docker, name: string): Promise<Reading> {
  const pid = await mustRun(docker, name);
  const container = docker.getContainer(name);
  const [stats, status] = await Promise.all([
    container.stats({ stream: false, "one-shot": true }),
    readFile(`/proc/${pid}/status`, "utf8"),
  ]);
  return {
    usage: usageOf(name, stats as unknown as DockerStats),
    resident: residentMemory(status),
  };
}

interface TimedCounters {
  /** Milliseconds since 1970. */
  time: number;
  counters: Counters;
}

async function counters(docker: Docker, name: string): Promise<TimedCounters> {
  const url = `http://${await addressIn(docker, name, "alloy-frontend")}:12345/metrics`;
  const answer = await ask(url);
  if (answer.status !== 200) throw new Error(`${name}: ${url} ${outcome(answer)}`);
  return { time: Date.now(), counters: countersOf(answer.text) };
}

/** Active series of each agent by job, of the last `seconds`. An agent without any is a fault. */
export async function activeSeries(sink: Sink, subjects: readonly Subject[], seconds: number) {
  const found = await queryMetrics(sink, seriesQuery(seconds));
  return subjects.map(({ container, host }) => {
    const series = seriesOf(host, found);
    if (Object.keys(series).length > 0) return series;
    throw new Error(`No series with host="${host}" arrived: see docker logs ${container}.`);
  });
}
