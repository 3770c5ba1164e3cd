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
  const missing = [...JOBS.map((job) => samples(world, host, job)), lines(world, host)];
  for (;;) {
    const found = await Promise.all(missing.map(({ ask }) => ask(since)));
    const left = missing.filter((_, i) => !found[i]);
    missing.splice(0, missing.length, ...left);
    // Asked after the sinks: data that arrived proves an agent that ran, not one that runs.
    await running(docker);
    if (missing.length === 0) return;
    if (Date.now() > end) {
      const what = missing.map(({ name }) => name).join(", ");
      throw new Error(`Nothing new arrived within ${WAIT_SECONDS} s of: ${what}.`);
    }
    await sleep(1000);
  }
}

interface Expected {
  name: string;
  ask(since: number): Promise<boolean>;
}

function samples({ metrics }: World, host: string, job: string): Expected {
  const series = `up{job="${job}",host="${host}"}`;
  // The time of a sample is that of its series alone: of an expression it is the time of the query.
  const query = (since: number) => `timestamp(${series}) > ${since / 1000} and ${series} == 1`;
  return {
    name: `${series} == 1`,
    ask: async (since) => (await queryMetrics(metrics, query(since))).length > 0,
  };
}

function lines({ logs }: World, host: string): Expected {
  const name = `{host="${host}",job="docker"}`;
  const hours = (since: number) => (Date.now() - since) / 3_600_000;
  return {
    name,
    ask: async (since) =>
      (await queryLogs(logs, name, { hours: hours(since), limit: 1 })).length > 0,
  };
}

async function running(docker: Docker): Promise<void> {
  const { State } = await docker.getContainer(AGENT).inspect();
  if (State.Running || State.Restarting) return;
  const log = await lastLines(docker, AGENT);
  throw new Error(`${AGENT} ended with ${State.ExitCode}. Its last lines:\n${log}`);
}
