import { join } from "node:path";
import { exitCodes, runCommand, WrongUsage } from "../shared/command-line.ts";
import type { Terminal } from "../shared/table.ts";
import { type Arguments, type FleetCommand, line } from "./arguments.ts";
import type { Row, Work } from "./outcome.ts";
import { HEARTBEAT, Progress } from "./progress.ts";
import { begunRecord, type Record, readRecord, saveRecord, unfinished, withRow } from "./record.ts";
import { schedule } from "./schedule.ts";
import type { HostStack } from "./stack-files.ts";
import { table, toJson } from "./table.ts";

/** What the command needs from its surroundings. */
export interface Surroundings {
  /** All stacks that have a host. */
  stacks(): HostStack[];
  /** What each command does on one host. */
  work: { readonly [command in FleetCommand]: Work };
  /** The project's directory: paths of logs are told relative to it, and `.fleet/` is in it. */
  directory: string;
  /** Aborted when the operator wants to end. */
  signal: AbortSignal;
  /** Where the table or the JSON goes. */
  out(text: string): void;
  /** Where progress and faults go, a line each. */
  say(line: string): void;
  terminal: Terminal;
  now(): Date;
}

/** Below the project's directory: logs, and for each command the record of its last run. */
const FLEET = ".fleet";

/** Runs `fleet` with the arguments of a command line and answers its exit code. */
export async function command(args: string[], around: Surroundings): Promise<number> {
  return runCommand(line, args, around, async (understood) => {
    const file = join(around.directory, FLEET, `${understood.command}.json`);
    const earlier = understood.resume ? readRecord(file) : undefined;
    const stacks = chosen(understood, around.stacks(), earlier);
    const rows = await run(understood, stacks, begunRecord(around.now(), stacks, earlier?.rows), {
      ...around,
      file,
    });
    around.out(understood.json ? toJson(rows) : `\n${table(rows, around.terminal)}`);
    if (earlier) around.say(`${earlier.rows.length - stacks.length} had succeeded before`);
    return rows.every(({ state }) => state === "ok") ? exitCodes.ok : exitCodes.failed;
  });
}

/** The stacks to work on in their order; throws what is wrong with the choice. */
function chosen(
  { command, stacks, canary, resume }: Arguments,
  known: readonly HostStack[],
  earlier: Record | undefined,
): string[] {
  if (resume && !earlier) {
    throw new WrongUsage(`there is no run of ${command} to resume: leave --resume out`);
  }
  const all = known.filter(({ local }) => !local).map(({ name }) => name);
  const picked = earlier ? unfinished(earlier) : (stacks ?? all);
  const unknown = picked.filter((name) => !known.some((stack) => stack.name === name));
  if (unknown.length > 0) {
    const names = known.map(({ name }) => name).join(", ") || "none";
    throw new WrongUsage(`no stack file with a host for ${unknown.join(", ")}; there is: ${names}`);
  }
  if (canary === undefined || picked.includes(canary)) return picked;
  const done = earlier?.rows.some(({ stack }) => stack === canary);
  if (done) return picked;
  throw new WrongUsage(`--canary ${canary} is not among the stacks: ${picked.join(", ")}`);
}

async function run(
  { command, parallel, canary }: Arguments,
  stacks: readonly string[],
  begun: Record,
  around: Surroundings & { file: string },
): Promise<Row[]> {
  const progress = new Progress(stacks.length, around.say);
  const directory = join(FLEET, `${command}-${begun.began.replace(/[-:]|\.\d+Z$/g, "")}`);
  let record = begun;
  saveRecord(around.file, record);
  const heartbeat = setInterval(() => progress.heartbeat(), HEARTBEAT * 1000);
  try {
    const first = canary !== undefined && stacks.includes(canary) ? { canary } : {};
    return await schedule(
      { stacks, parallel, ...first },
      {
        work: around.work[command],
        prove: around.work.verify,
        signal: around.signal,
        logOf: (stack) => join(directory, `${stack}.log`),
        changed: (row) => {
          record = withRow(record, row);
          saveRecord(around.file, record);
          progress.changed(row);
        },
      },
    );
  } finally {
    clearInterval(heartbeat);
  }
}
