import type { scriptOutput } from "../../host-shell/run.ts";
import { exitCodes, runCommand, stackLine } from "../shared/command-line.ts";
import type { Console } from "../shared/terminal.ts";
import { compare } from "./compare.ts";
import type { Declared } from "./declared.ts";
import { observeScript, parseObserved } from "./observed.ts";
import { table, toJson } from "./row.ts";

export interface Surroundings extends Console {
  /** What a stack has deployed. */
  declared(stack: string): Promise<Declared>;
  /** Runs a script on the stack's host and answers what it printed. */
  run: typeof scriptOutput;
}

export const usage = `usage: npm run drift -- --stack NAME [--json]

Compares a host with what the stack deployed to it, in what \`pulumi refresh\` can't see: environment,
labels and PID limits of the containers, the installed configuration, the secrets. Changes nothing.

  --stack NAME  the stack whose host is looked at
  --json        results as JSON on standard output

Ends with 0 when all is as deployed, 1 when something drifted or could not be looked at, 2 for wrong usage.`;

const line = stackLine("drift", usage);

/** Longest time for the host's answer, in ms: two containers, and a few lines of each of the service's. */
const MOST_TIME = 120_000;

/** Runs `drift` with the arguments of a command line and answers its exit code. */
export async function command(args: string[], around: Surroundings): Promise<number> {
  return runCommand(line, args, around, async ({ stack, json }) => {
    const declared = await around.declared(stack);
    const { route } = declared;
    around.say(`looking at ${route.host}`);
    const script = { name: "drift", script: observeScript(declared), timeout: MOST_TIME };
    const seen = await around.run(route, script).catch((error: Error) => {
      throw new Error(`${route.host} could not be looked at: ${error.message}`);
    });
    const rows = compare(stack, declared, parseObserved(seen));
    around.out(json ? toJson(rows) : `\n${table(rows, around.terminal)}`);
    return rows.some(({ state }) => state === "drifted") ? exitCodes.failed : exitCodes.ok;
  });
}
