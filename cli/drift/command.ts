import type { scriptOutput } from "../../host-shell/run.ts";
import {
  commandLine,
  exitCodes,
  jsonOption,
  namedStack,
  runCommand,
  stackOption,
} from "../shared/command-line.ts";
import { announced } from "../shared/progress.ts";
import type { Console } from "../shared/terminal.ts";
import { compare } from "./compare.ts";
import type { Declared } from "./declared.ts";
import { keyLine, SCRIPT } from "./key-line.ts";
import { observeScript, parseObserved } from "./observed.ts";
import { table, toJson } from "./row.ts";

export interface Surroundings extends Console {
  /** What a stack has deployed. */
  declared(stack: string): Promise<Declared>;
  /** The text of a file. */
  read(path: string): Promise<string>;
  /** Runs a script on the stack's host and answers what it printed. */
  run: typeof scriptOutput;
}

const line = commandLine({
  name: "drift",
  help: {
    about:
      "Compares a host with what the stack deployed to it: the containers with their environment, labels, limits " +
      "and networks, the installed configuration, the secrets. Changes nothing.",
    examples: ["--stack svlnas", "--stack svlnas --json", "--stack svlnas --key drift.pub"],
    ends: {
      ok: "all is as deployed",
      failed: "something drifted, or the host could not be checked",
    },
  },
  options: {
    ...stackOption,
    ...jsonOption,
    key: {
      type: "string",
      value: "FILE",
      help: "prints the line of authorized_keys that lets this public key look for drift and do nothing else",
    },
  },
  read: ({ json, key, ...values }) => ({ stack: namedStack(values), json, key }),
});

/** Longest time for the host's answer, in ms: two containers, and a few lines of each of the service's. */
const MOST_TIME = 120_000;

/** Runs `drift` with the arguments of a command line and answers its exit code. */
export async function command(args: string[], around: Surroundings): Promise<number> {
  return runCommand(line, args, around, async ({ stack, json, key }) => {
    const reading = `reading what ${stack} deployed`;
    const declared = await announced(around.say, reading, () => around.declared(stack));
    const { route } = declared;
    const observe = observeScript(declared);
    if (key !== undefined) {
      around.out(keyLine(observe, await around.read(key)));
      return exitCodes.ok;
    }
    const script = { name: SCRIPT, script: observe, timeout: MOST_TIME };
    const looking = () => around.run(route, script);
    const seen = await announced(around.say, `looking at ${route.host}`, looking).catch(
      (error: Error) => {
        throw new Error(`${route.host} could not be checked: ${error.message}`);
      },
    );
    const rows = compare(stack, declared, parseObserved(seen));
    around.out(json ? toJson(rows) : `\n${table(rows, around.terminal)}`);
    return rows.some(({ state }) => state === "drifted") ? exitCodes.failed : exitCodes.ok;
  });
}
