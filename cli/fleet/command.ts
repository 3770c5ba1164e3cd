import { join } from "node:path";
import {
  commandLine,
  exitCodes,
  jsonOption,
  runCommand,
  WrongUsage,
} from "../shared/command-line.ts";
import { withHeartbeat } from "../shared/progress.ts";
import type { Console } from "../shared/terminal.ts";
import { span } from "../shared/words.ts";
import { readRecord, saveRecord } from "./record.ts";
import { schedule } from "./schedule.ts";
import type { HostStack } from "./stack-files.ts";
import { table } from "./table.ts";
import type { Row, Work } from "./work.ts";

/** What a fleet can be asked to do. */
const commands = ["preview", "up", "verify", "doctor"] as const;

type FleetCommand = (typeof commands)[number];

/** Hosts worked on at a time unless told: docs/scale.md has the measurement. */
const PARALLEL = 4;

const line = commandLine({
  name: "fleet",
  help: {
    about:
      "Works on many hosts. A failed host does not stop the others. Ctrl-C starts no new host and cancels what " +
      "runs in an orderly way. Logs and the record of the last run are under .fleet/.",
    words: commands.join("|"),
    examples: [
      "preview",
      "up --canary svlazext",
      "up --resume",
      "verify --stacks svlnas,svlazext --json",
    ],
    ends: { ok: "all succeeded", failed: "one failed or was not started" },
  },
  options: {
    stacks: {
      type: "string",
      value: "A,B",
      help:
        "these stacks; default: all whose Pulumi.<stack>.yaml has a host that is not reached through " +
        "a socket of this machine",
    },
    parallel: {
      type: "string",
      default: `${PARALLEL}`,
      value: "N",
      help: `hosts worked on at a time; default ${PARALLEL}`,
    },
    canary: {
      type: "string",
      value: "STACK",
      help: "with up: deploys and verifies this one first; if that fails, no other is started",
    },
    resume: {
      type: "boolean",
      default: false,
      help: "only what did not succeed in the last run of the same command",
    },
    ...jsonOption,
  },
  read({ stacks, parallel, canary, resume, json }, positionals) {
    const command = commands.find((known) => known === positionals.join(" "));
    if (!command) {
      const said = JSON.stringify(positionals.join(" "));
      throw new WrongUsage(`one of ${commands.join(", ")} is expected, not ${said}`);
    }
    if (!/^[1-9]\d{0,2}$/.test(parallel)) {
      throw new WrongUsage(`--parallel must be a whole number from 1 to 999, not "${parallel}"`);
    }
    if (canary !== undefined && command !== "up") {
      throw new WrongUsage(`--canary deploys a host first: use it with up, not with ${command}`);
    }
    if (resume && stacks !== undefined) {
      throw new WrongUsage("--resume takes the stacks of the last run: leave --stacks out");
    }
    const named = stacks?.split(",").map((name) => name.trim());
    return {
      ...{ command, canary, resume, json, parallel: Number(parallel) },
      stacks: named && [...new Set(named)],
    };
  },
});
type Arguments = ReturnType<typeof line.read>;

/** What the command needs from its surroundings. */
export interface Surroundings extends Console {
  /** All stacks that have a host. */
  stacks(): HostStack[];
  /** What each command does on one host. */
  work: { readonly [command in FleetCommand]: Work };
  /** The project's directory: paths of logs are told relative to it, and `.fleet/` is in it. */
  directory: string;
  /** Aborted when the operator wants to end. */
  signal: AbortSignal;
  now(): Date;
}

/** Below the project's directory: logs, and for each command the record of its last run. */
const FLEET = ".fleet";

/** Runs `fleet` with the arguments of a command line and answers its exit code. */
export async function command(args: string[], around: Surroundings): Promise<number> {
  return runCommand(line, args, around, async (given) => {
    const file = join(around.directory, FLEET, `${given.command}.json`);
    const earlier = given.resume ? readRecord(file) : undefined;
    const stacks = chosen(given, around.stacks(), earlier);
    const all = new Map(earlier?.map((row) => [row.stack, row]));
    for (const stack of stacks) all.set(stack, { stack, state: "waiting", sentence: "" });
    const save = () => saveRecord(file, [...all.values()]);
    save();
    const say = sayEnds(stacks.length, around.say);
    const changed = (row: Row) => {
      all.set(row.stack, row);
      save();
      say(row);
    };
    const beat = (time: string) => around.say(`working on ${running(all)} (${time} so far)`);
    const rows = await withHeartbeat(beat, () => run(given, stacks, around, changed));
    const json = `${JSON.stringify(rows, null, 2)}\n`;
    around.out(given.json ? json : `\n${table(rows, around.terminal)}`);
    if (earlier) around.say(`${earlier.length - stacks.length} had succeeded before`);
    return rows.every(({ state }) => state === "ok") ? exitCodes.ok : exitCodes.failed;
  });
}

/** The stacks to work on in their order; throws what is wrong with the choice. */
function chosen(
  { command, stacks, canary, resume }: Arguments,
  known: readonly HostStack[],
  earlier: readonly Row[] | undefined,
): string[] {
  if (resume && !earlier) {
    throw new WrongUsage(`there is no run of ${command} to resume: omit --resume`);
  }
  const all = known.filter(({ local }) => !local).map(({ name }) => name);
  // A host that was under way when the run was killed has not succeeded either.
  const left = earlier?.filter(({ state }) => state !== "ok").map(({ stack }) => stack);
  const picked = left ?? stacks ?? all;
  const unknown = picked.filter((name) => !known.some((stack) => stack.name === name));
  if (unknown.length > 0) {
    const names = known.map(({ name }) => name).join(", ") || "none";
    throw new WrongUsage(`no stack file with a host for ${unknown.join(", ")}; there is: ${names}`);
  }
  const done = earlier?.some(({ stack }) => stack === canary);
  if (canary === undefined || picked.includes(canary) || done) return picked;
  throw new WrongUsage(`--canary ${canary} is not among the stacks: ${picked.join(", ")}`);
}

function run(
  { command, parallel, canary = "" }: Arguments,
  stacks: readonly string[],
  { now, work, signal }: Surroundings,
  changed: (row: Row) => void,
): Promise<Row[]> {
  const time = now()
    .toISOString()
    .replace(/[-:]|\.\d+Z$/g, "");
  return schedule(
    { stacks, parallel, canary: stacks.includes(canary) ? canary : undefined },
    {
      work: work[command],
      prove: work.verify,
      signal,
      logOf: (stack) => join(FLEET, `${command}-${time}`, `${stack}.log`),
      changed,
    },
  );
}

/** The hosts that are worked on now. */
function running(all: ReadonlyMap<string, Row>): string {
  const rows = [...all.values()].filter(({ state }) => state === "running");
  return rows.map(({ stack }) => stack).join(", ");
}

/** Says one line for each host that has ended. */
function sayEnds(total: number, say: (line: string) => void): (row: Row) => void {
  let ended = 0;
  return ({ stack, state, sentence, seconds }) => {
    if (state === "running") return;
    ended += 1;
    const took = seconds === undefined ? "" : ` (${span(seconds)})`;
    say(`[${ended}/${total}] ${stack} ${state}${took}: ${sentence}`);
  };
}
