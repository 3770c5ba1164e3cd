import { faultsOf } from "../../checks/host/check.ts";
import { exitCodes, runCommand, stackLine } from "../command-line.ts";
import type { Terminal } from "../shared/table.ts";
import { doctor, type Machine } from "./run.ts";
import { table, toJson } from "./table.ts";

/** What the command needs from its surroundings. */
export interface Surroundings {
  /** This machine, and the way to the host. */
  machine: Machine;
  /** Where the table or the JSON goes. */
  out(text: string): void;
  /** Where progress and faults go, a line each. */
  say(line: string): void;
  terminal: Terminal;
}

export const usage = `usage: npm run doctor -- --stack NAME [--json]

  --stack NAME  the stack whose settings and host are looked at; nothing is deployed or changed
  --json        results as JSON on standard output

Ends with 0 when all is well, 1 when something is to be mended, 2 for wrong usage.`;

const line = stackLine("doctor", usage);

/** Runs `doctor` with the arguments of a command line and answers its exit code. */
export async function command(args: string[], around: Surroundings): Promise<number> {
  return runCommand(line, args, around, async ({ stack, json }) => {
    const checks = await doctor(stack, around.machine, around.say);
    around.out(json ? toJson(checks) : `\n${table(checks, around.terminal)}`);
    return faultsOf(checks).length > 0 ? exitCodes.failed : exitCodes.ok;
  });
}
