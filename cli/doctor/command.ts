import { faultsOf } from "../../checks/host/check.ts";
import { exitCodes, runCommand, stackLine } from "../shared/command-line.ts";
import type { Console } from "../shared/terminal.ts";
import { doctor, type Machine } from "./run.ts";
import { table, toJson } from "./table.ts";

export interface Surroundings extends Console {
  /** This machine, and the way to the host. */
  machine: Machine;
}

const line = stackLine({
  name: "doctor",
  help: {
    about:
      "Looks at this machine, the stack's settings and its host, and says which command mends what is " +
      "wrong. Deploys and changes nothing.",
    examples: ["--stack svlnas", "--stack svlnas --json"],
    ends: { ok: "all is well", failed: "something is to be mended" },
  },
});

/** Runs `doctor` with the arguments of a command line and answers its exit code. */
export async function command(args: string[], around: Surroundings): Promise<number> {
  return runCommand(line, args, around, async ({ stack, json }) => {
    const checks = await doctor(stack, around.machine, around.say);
    around.out(json ? toJson(checks) : `\n${table(checks, around.terminal)}`);
    return faultsOf(checks).length > 0 ? exitCodes.failed : exitCodes.ok;
  });
}
