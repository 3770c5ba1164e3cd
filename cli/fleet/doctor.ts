import { resolve } from "node:path";
import { type Check, faultsOf, stateOf } from "../../checks/host/check.ts";
import { checkHost } from "../../checks/host/run.ts";
import { doctor } from "../doctor/run.ts";
import { table } from "../doctor/table.ts";
import { pulumiCli } from "../shared/pulumi-cli.ts";
import { LogFile } from "./log-file.ts";
import { cancelled, type Outcome, unlessCancelled, type Work } from "./outcome.ts";

/** Columns of the table in a log. */
const WIDTH = 120;

/** Looks at a stack's settings and its host, as `npm run doctor` does; changes nothing. */
export function doctorWork(directory: string): Work {
  return async (stack, job) => {
    const file = new LogFile(resolve(directory, job.log));
    try {
      const machine = {
        node: process.versions.node,
        pulumi: pulumiCli({ directory }),
        host: checkHost,
      };
      const asked = doctor(stack, machine, (line) => file.write(`${line}\n`));
      const checks = await unlessCancelled(asked, job);
      if (checks === undefined) return cancelled;
      file.write(`\n${table(checks, { width: WIDTH, colour: false })}`);
      return doctorOutcome(checks);
    } catch (error) {
      file.write(`${error instanceof Error ? error.message : error}\n`);
      throw error;
    } finally {
      file.close();
    }
  };
}

/** All checks as one outcome: every fault, and how many checks wait for one to be mended. */
export function doctorOutcome(checks: readonly Check[]): Outcome {
  const faults = faultsOf(checks);
  if (faults.length === 0) return { state: "ok", sentence: `${checks.length} checks, all well` };
  const open = checks.filter((check) => stateOf(check) === "open").length;
  const wait = open > 0 ? `; ${open} more to be looked at then` : "";
  const said = faults.map(({ path, reason }) => `${path}: ${reason}`).join("; ");
  return { state: "failed", sentence: `${said}${wait}` };
}
