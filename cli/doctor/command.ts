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
      "Checks this machine, the stack's settings and its host, and names the command that fixes each " +
      "fault. Deploys and changes nothing.",
    examples: ["--stack svlnas", "--stack svlnas --json"],
    ends: { ok: "all is well", failed: "something has to be fixed" },
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
