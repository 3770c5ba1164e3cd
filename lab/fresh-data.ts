import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { queryLogs, queryMetrics } from "../cli/verify/sink-queries.ts";
import { lastLines } from "./world/containers.ts";
import type { World } from "./world.ts";

/** Container of the agent; its name is the same on every host. */
const AGENT = "alloy";
const JOBS = ["alloy", "integrations/node_exporter", "traefik"];

/** Longest wait: an interval of 60 s, and twice as much again on a busy machine. */
const WAIT_SECONDS = 180;

/**
 * Waits until the agent has sent samples of each job and a container's line that are newer than `since`, in ms
 * since 1970. What an agent sent before that is no proof: it may have died since. Throws with the agent's last
 * lines as soon as it has ended.
 */
export async function sentSince(
  { docker, world, host }: { docker: Docker; world: World; host: string },
  since: number,
): Promise<void> {
  const end = Date.now() + WAIT_SECONDS * 1000;
  for (;;) {
    const missing = await missingSince(world, host, since);
    // Asked after the sinks: data that arrived proves an agent that ran, not one that runs.
    await running(docker);
    if (missing.length === 0) return;
    if (Date.now() > end) {
      throw new Error(`Nothing new arrived within ${WAIT_SECONDS} s of: ${missing.join(", ")}.`);
    }
    await sleep(1000);
  }
}

async function missingSince({ metrics, logs }: World, host: string, since: number) {
  const series = JOBS.map((job) => `up{job="${job}",host="${host}"}`);
  const lines = `{host="${host}",job="docker"}`;
  const found: unknown[][] = await Promise.all([
    // The time of a sample is that of its series alone: of an expression it is the time of the query.
    ...series.map((up) =>
      queryMetrics(metrics, `timestamp(${up}) > ${since / 1000} and ${up} == 1`),
    ),
    queryLogs(logs, lines, { hours: (Date.now() - since) / 3_600_000, limit: 1 }),
  ]);
  return [...series, lines].filter((_, i) => found[i]?.length === 0);
}

async function running(docker: Docker): Promise<void> {
  const { State } = await docker.getContainer(AGENT).inspect();
  if (State.Running || State.Restarting) return;
  const log = await lastLines(docker, AGENT);
  throw new Error(`${AGENT} ended with ${State.ExitCode}. Its last lines:\n${log}`);
}
