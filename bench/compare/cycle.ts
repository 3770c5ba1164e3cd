import { setTimeout as sleep } from "node:timers/promises";
import type { QueryableSink } from "../../cli/verify/sink-queries.ts";
import { say } from "../../lab/progress.ts";
import { firstArrival, sampleTimes, scrapeInterval } from "./arrivals.ts";
import type { Desired } from "./service.ts";
import { missedSamples } from "./statistics.ts";
import type { Tool } from "./tool.ts";

/** Everything that one tool is measured by in one run: seconds, or samples. */
const measures = [
  "first",
  "firstSample",
  "firstLine",
  "unchanged",
  "preview",
  "pipeline",
  "pipelineWorks",
  "pipelineMissed",
  "token",
  "tokenMissed",
  "reload",
  "reloadMissed",
] as const;
export type Measure = (typeof measures)[number];
export type Measured = Partial<Record<Measure, number>>;

/** The lab, as far as a cycle asks it. */
export interface Surroundings {
  metrics: QueryableSink;
  logs: QueryableSink;
  /** What is to be there, for a host name and a token; `revision` changes one pipeline. */
  desired(host: string, revision: number, token: string): Desired;
  /** Passwords that the sinks take, so that a token can be replaced. */
  tokens: readonly [string, string];
  /** The revision of the pipeline that the agent has loaded, or undefined where it does not answer. */
  loadedRevision(): Promise<number | undefined>;
  /** Throws unless the agent holds this token. */
  requireToken(tool: Tool, token: string): Promise<void>;
  /** Throws unless the containers have the settings that ours have. */
  requireEqual(tool: Tool): Promise<void>;
}

/** Samples are looked at from so long before to so long after an operation, in s. */
const AROUND = 4;
/** How long after an operation a sample may take to arrive, in s: a restarted agent sends every 5 s. */
const LONGEST_SILENCE = 90;

/** Puts the service on an empty host, works on it as an operator does, and takes it away. */
export async function cycle(tool: Tool, lab: Surroundings, host: string): Promise<Measured> {
  try {
    const measured = await work(tool, lab, host);
    await tool.remove();
    return measured;
  } catch (error) {
    await tool
      .remove()
      .catch((second: Error) => say(`  and it can't be removed: ${second.message}`));
    throw error;
  }
}

async function work(tool: Tool, lab: Surroundings, host: string): Promise<Measured> {
  const [token, newToken] = lab.tokens;
  await tool.write(lab.desired(host, 1, token));
  const arrival = await firstArrivals(tool, lab, host);
  await lab.requireEqual(tool);
  const unchanged = await seconds(() => tool.apply("unchanged"));
  await tool.write(lab.desired(host, 2, token));
  const preview = tool.preview && { preview: await seconds(() => tool.preview?.()) };
  const pipeline = await changed(lab, host, 2, () => tool.apply("pipeline"));
  await tool.write(lab.desired(host, 2, newToken));
  const replaced = await watched(lab, host, () => tool.apply("token"));
  await lab.requireToken(tool, newToken);
  const reload = tool.reload && (await reloaded(tool, lab, host, newToken));
  return {
    ...arrival,
    unchanged,
    ...preview,
    pipeline: pipeline.seconds,
    pipelineWorks: pipeline.works,
    pipelineMissed: pipeline.missed,
    token: replaced.seconds,
    tokenMissed: replaced.missed,
    ...reload,
  };
}

/** The first deployment, and how long after its start data is in the sinks. */
async function firstArrivals(tool: Tool, { metrics, logs }: Surroundings, host: string) {
  const begin = performance.now();
  const since = () => (performance.now() - begin) / 1000;
  const arrivals = firstArrival({ metrics, logs }, host, since);
  const [first, { firstSample, firstLine }] = await Promise.all([
    seconds(() => tool.apply("first")),
    arrivals,
  ]);
  return { first, firstSample, firstLine };
}

async function reloaded(tool: Tool, lab: Surroundings, host: string, token: string) {
  await tool.write(lab.desired(host, 3, token));
  const { works, missed } = await changed(lab, host, 3, async () => tool.reload?.());
  return { reload: works, reloadMissed: missed };
}

/** A changed pipeline: how long the command takes, and when the agent has loaded it. */
async function changed(
  lab: Surroundings,
  host: string,
  revision: number,
  work: () => Promise<void>,
) {
  let [command, works] = [0, 0];
  const { missed } = await watched(lab, host, async () => {
    const begin = performance.now();
    const since = () => (performance.now() - begin) / 1000;
    await Promise.all([
      work().then(() => {
        command = since();
      }),
      loaded(lab, revision).then(() => {
        works = since();
      }),
    ]);
  });
  return { seconds: command, works, missed };
}

async function loaded(lab: Surroundings, revision: number): Promise<void> {
  const end = performance.now() + 120_000;
  while ((await lab.loadedRevision()) !== revision) {
    if (performance.now() > end)
      throw new Error(`The agent has not loaded revision ${revision} after 120 s.`);
    await sleep(100);
  }
}

/** How long something takes, and how many samples the sink misses from shortly before to shortly after it. */
async function watched({ metrics }: Surroundings, host: string, work: () => Promise<void>) {
  const begin = Date.now() / 1000;
  const taken = await seconds(work);
  const end = Date.now() / 1000 + AROUND;
  for (;;) {
    const times = await sampleTimes(metrics, host, Date.now() / 1000 - begin + AROUND);
    if ((times.at(-1) ?? 0) > end)
      return { seconds: taken, missed: missedSamples(times, scrapeInterval) };
    if (Date.now() / 1000 > end + LONGEST_SILENCE) throw new Error("No sample came afterwards.");
    await sleep(500);
  }
}

async function seconds(work: () => Promise<void> | undefined): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
}
