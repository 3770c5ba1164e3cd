import { queryLogs, queryMetrics, querySink } from "../../cli/verify/sink-queries.ts";
import type { Settings } from "../../config/schema.ts";
import type { Lab } from "../../lab/lab.ts";
import { say } from "../../lab/progress.ts";
import { seconds, until } from "../time.ts";
import { desired, loadedRevision } from "./desired.ts";
import type { Measure } from "./measures.ts";
import type { Tool } from "./tool.ts";

/** What one tool was measured by in one run: seconds, or samples. */
export type Measured = Partial<Record<Measure, number>>;

export interface CycleArgs {
  tool: Tool;
  lab: Lab;
  settings: Settings;
  /** Value of the label `host`, a new one each time. */
  host: string;
  /** Passwords that the sinks take, so that a token can be replaced. */
  tokens: readonly [string, string];
  /** Throws unless the containers have the settings that ours have. */
  requireEqual(tool: Tool): Promise<void>;
}

/** Samples are looked at from so long before to so long after an operation, in s. */
const AROUND = 4;
/** How long after an operation a sample may take to arrive, in s: a restarted agent sends every 5 s. */
const LONGEST_SILENCE = 90;
const LONGEST_ARRIVAL = 180;
const LONGEST_LOAD = 120;

/** Puts the service on an empty host, works on it as an operator does, and takes it away. */
export async function cycle(args: CycleArgs): Promise<Measured> {
  const { tool } = args;
  let measured: Measured;
  try {
    measured = await work(args);
  } catch (error) {
    const alsoFailed = (second: Error) => say(`  and it can't be removed: ${second.message}`);
    await tool.remove().catch(alsoFailed);
    throw error;
  }
  await tool.remove();
  return measured;
}

async function work(args: CycleArgs): Promise<Measured> {
  const { tool, tokens } = args;
  const [token, newToken] = tokens;
  const write = (revision: number, token: string) =>
    tool.write(desired(args.settings, { host: args.host, revision, token }));
  await write(1, token);
  const first = await firstDeployment(args);
  await args.requireEqual(tool);
  const unchanged = await seconds(() => tool.apply());
  await write(2, token);
  const preview = tool.preview && { preview: await seconds(tool.preview) };
  const pipeline = await loaded(args, 2, () => tool.apply(true));
  await write(2, newToken);
  const replaced = await watched(args, () => tool.apply());
  if ((await tool.token()) !== newToken) throw new Error(`${tool.name} did not replace the token.`);
  await write(3, newToken);
  const reload = tool.reload && (await loaded(args, 3, tool.reload));
  return {
    ...first,
    unchanged,
    ...preview,
    pipeline: pipeline.taken,
    pipelineWorks: pipeline.works,
    pipelineMissed: pipeline.missed,
    token: replaced.taken,
    tokenMissed: replaced.missed,
    ...(reload && { reload: reload.works, reloadMissed: reload.missed }),
  };
}

/** How long the command takes, and how long after its start data is in the sinks. */
async function firstDeployment({ tool, lab, host }: CycleArgs) {
  const { metrics, logs } = lab.world;
  const lines = `{job="docker",host=${JSON.stringify(host)}}`;
  const [first, firstSample, firstLine] = await Promise.all([
    seconds(() => tool.apply()),
    until("first sample", LONGEST_ARRIVAL, async () => {
      return (await queryMetrics(metrics, aboutItself(host))).length > 0;
    }),
    until("first log line", LONGEST_ARRIVAL, async () => {
      return (await queryLogs(logs, lines, { limit: 1 })).length > 0;
    }),
  ]);
  return { first, firstSample, firstLine };
}

/** A changed pipeline: how long the command takes, and after how long the agent has loaded it. */
async function loaded(args: CycleArgs, revision: number, command: () => Promise<unknown>) {
  let [taken, works] = [0, 0];
  const { missed } = await watched(args, async () => {
    const isLoaded = async () => (await loadedRevision(args.lab)) === revision;
    [taken, works] = await Promise.all([
      seconds(command),
      until(`revision ${revision} is loaded`, LONGEST_LOAD, isLoaded),
    ]);
  });
  return { taken, works, missed };
}

/** How long a command takes, and how many samples the sink misses from shortly before to shortly after it. */
async function watched({ lab, host }: CycleArgs, command: () => Promise<unknown>) {
  const now = () => Date.now() / 1000;
  const begin = now() - AROUND;
  const taken = await seconds(command);
  const end = now() + AROUND;
  let times: number[] = [];
  await until("a sample afterwards", AROUND + LONGEST_SILENCE, async () => {
    const query = `${aboutItself(host)}[${Math.ceil(now() - begin)}s]`;
    const result = await querySink(lab.world.metrics, "/api/v1/query", { query });
    if (result.length > 1) throw new Error(`${query}: ${result.length} series`);
    const [series] = result as { values: [number, string][] }[];
    times = series?.values.map(([time]) => time) ?? [];
    return (times.at(-1) ?? 0) > end;
  });
  return { taken, missed: missedSamples(times) };
}

const aboutItself = (host: string) => `up{job="alloy",host=${JSON.stringify(host)}}`;

/** Samples that are missing between the first and the last one, where one a second is expected. */
export function missedSamples(times: readonly number[]): number {
  return times.slice(1).reduce((missed, time, i) => {
    return missed + Math.max(0, Math.round(time - (times[i] as number)) - 1);
  }, 0);
}
