import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { type QueryableSink, queryMetrics } from "../../cli/verify/sink-queries.ts";
import { ask, outcome } from "../../http/ask.ts";
import { lastLines } from "../../lab/world/containers.ts";
import { addressIn } from "../../lab/world/networks.ts";
import { bytesOf } from "../proc.ts";

/** Time between two readings, in s. */
const INTERVAL = 5;
/** Grafana Cloud counts a series as active for about 20 min after its last sample, in s. */
const LONGEST_ACTIVE = 1200;

/** An agent under observation. */
export interface Subject {
  container: string;
  /** Value of the label `host` on what it sends. */
  host: string;
}

/** What an agent uses at one time. Memory in bytes. */
export interface Reading {
  /** What the kernel can't take back without swapping or writing. */
  workingSet: number;
  /** All resident pages, those of the program's file among them. */
  resident: number;
  /** Resident pages that no file backs: what the process has allocated. */
  anonymous: number;
}

/** What has grown since an agent's start. */
export interface Counters {
  /** Milliseconds since 1970. */
  time: number;
  cpuSeconds: number;
  /** Bytes sent, compressed as on the wire. */
  metricsBytes: number;
  logsBytes: number;
  logLines: number;
}

/** What was seen of one agent. */
export interface Footprint {
  readings: Reading[];
  from: Counters;
  to: Counters;
  /** Active series by job. */
  series: Record<string, number>;
}

/** Watches agents for `seconds`, all at the same times. */
export async function observe(
  docker: Docker,
  subjects: readonly Subject[],
  seconds: number,
  signal: AbortSignal,
): Promise<Omit<Footprint, "series">[]> {
  const ofAll = <T>(look: (docker: Docker, name: string) => Promise<T>) =>
    Promise.all(subjects.map(({ container }) => look(docker, container)));
  const before = await ofAll(counters);
  const begin = Date.now();
  const rounds: Reading[][] = [];
  for (let tick = 0; tick * INTERVAL <= seconds; tick += 1) {
    await sleep(Math.max(0, begin + tick * INTERVAL * 1000 - Date.now()), undefined, { signal });
    rounds.push(await ofAll(read));
  }
  const after = await ofAll(counters);
  return subjects.map((_, i) => ({
    readings: rounds.map((round) => round[i] as Reading),
    from: before[i] as Counters,
    to: after[i] as Counters,
  }));
}

/** One reading of a container and of its first process. */
async function read(docker: Docker, name: string): Promise<Reading> {
  const container = docker.getContainer(name);
  const { State } = await container.inspect();
  if (!State.Running) throw new Error(`${name} has ended: ${await lastLines(docker, name)}`);
  const status = await readFile(`/proc/${State.Pid}/status`, "utf8");
  return {
    workingSet: workingSetOf(await stats(docker, name)),
    resident: bytesOf(status, "VmRSS"),
    anonymous: bytesOf(status, "RssAnon"),
  };
}

/** Whether every agent tells its metrics. */
export async function allAnswer(docker: Docker, subjects: readonly Subject[]): Promise<boolean> {
  const urls = await Promise.all(subjects.map(({ container }) => metricsUrl(docker, container)));
  const answers = await Promise.all(urls.map((url) => ask(url)));
  return answers.every(({ status }) => status === 200);
}

async function metricsUrl(docker: Docker, name: string): Promise<string> {
  return `http://${await addressIn(docker, name, "alloy-frontend")}:12345/metrics`;
}

async function counters(docker: Docker, name: string): Promise<Counters> {
  const url = await metricsUrl(docker, name);
  const answer = await ask(url);
  if (answer.status !== 200) throw new Error(`${name}: ${url} ${outcome(answer)}`);
  const { read, cpu_stats } = await stats(docker, name);
  return {
    time: Date.parse(read),
    cpuSeconds: cpu_stats.cpu_usage.total_usage / 1e9,
    metricsBytes: counterSum(answer.text, "prometheus_remote_storage_bytes_total"),
    logsBytes: counterSum(answer.text, "loki_write_sent_bytes_total"),
    logLines: counterSum(answer.text, "loki_write_sent_entries_total"),
  };
}

/** Docker's answer for one container, of cgroup v1 or v2. */
function stats(docker: Docker, name: string): Promise<Docker.ContainerStats> {
  return docker.getContainer(name).stats({ stream: false, "one-shot": true });
}

/** The usage without inactive pages of files, whose name differs in cgroup v1. */
export function workingSetOf({ memory_stats }: Docker.ContainerStats): number {
  const { total_inactive_file, inactive_file } = memory_stats.stats;
  return memory_stats.usage - (total_inactive_file ?? inactive_file);
}

/** Sum of a counter over its series in Prometheus' text format; 0 where it has none yet. */
export function counterSum(text: string, name: string): number {
  const series = text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)`, "gm"));
  return [...series].reduce((sum, [, value]) => sum + Number(value), 0);
}

/** Active series of each agent by job, of the last `seconds`. An agent without any is a fault. */
export function seriesByJob(sink: QueryableSink, subjects: readonly Subject[], seconds: number) {
  const window = `${Math.min(LONGEST_ACTIVE, Math.ceil(seconds))}s`;
  const active = (label: string, host: string) =>
    `last_over_time({job!="",${label}="${host}"}[${window}])`;
  return Promise.all(
    subjects.map(async ({ container, host }) => {
      // The document's jobs have the host in one label or the other.
      const query = `count by (job) (${active("host", host)} or ${active("instance", host)})`;
      const found = await queryMetrics(sink, query);
      if (found.length > 0)
        return Object.fromEntries(found.map(({ labels, value }) => [labels.job, value]));
      throw new Error(`No series of ${host} arrived: see docker logs ${container}.`);
    }),
  );
}
