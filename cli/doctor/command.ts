import { faultsOf } from "../../checks/host/check.ts";
import { exitCodes, runCommand, stackLine } from "../shared/command-line.ts";
import type { Console } from "../shared/terminal.ts";
import { doctor, type Machine } from "./run.ts";
import { table, toJson } from "./table.ts";

export interface Surroundings extends Console {
  /** This machine, and the way to the host. */
  machine: Machine;
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
