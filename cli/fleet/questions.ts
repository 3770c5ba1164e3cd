import { resolve } from "node:path";
import { type Check, faultsOf, stateOf } from "../../checks/host/check.ts";
import { checkHost } from "../../checks/host/run.ts";
import { doctor } from "../doctor/run.ts";
import { table as checksTable } from "../doctor/table.ts";
import { rejectedBy } from "../shared/abort.ts";
import { pulumiCli, stackOutputs } from "../shared/pulumi-cli.ts";
import { targetOf } from "../verify/outputs.ts";
import { progressLines } from "../verify/progress.ts";
import { failed, type Result } from "../verify/result.ts";
import { verify } from "../verify/run.ts";
import { table as proofTable } from "../verify/table.ts";
import { logFile } from "./log-file.ts";
import type { Outcome, Work } from "./work.ts";

type Say = (line: string) => void;

const inLog = { width: 120, colour: false };

/** Proves that a host's signals arrive, as `npm run verify` does. */
export function verifyWork(directory: string): Work {
  return asking(directory, async (stack, say) => {
    const { sinks, facts } = targetOf(stack, await stackOutputs(pulumiCli({ directory }), stack));
    const results = await verify(sinks, facts, { onProgress: progressLines(say) });
    say(`\n${proofTable(results, inLog)}`);
    return verifyOutcome(results);
  });
}

/** Looks at a stack's settings and its host, as `npm run doctor` does. */
export function doctorWork(directory: string): Work {
  return asking(directory, async (stack, say) => {
    const pulumi = pulumiCli({ directory });
    const machine = { node: process.versions.node, pulumi, host: checkHost };
    const checks = await doctor(stack, machine, say);
    say(`\n${checksTable(checks, inLog)}`);
    return doctorOutcome(checks);
  });
}

/** Asking changes nothing that would be left half done: it is given up at once. */
function asking(directory: string, ask: (stack: string, say: Say) => Promise<Outcome>): Work {
  return async (stack, { log, signal }) => {
    const file = logFile(resolve(directory, log));
    const say = (line: string) => file.write(`${line}\n`);
    try {
      return await Promise.race([ask(stack, say), rejectedBy(signal)]);
    } catch (error) {
      if (signal.aborted) return { state: "cancelled", sentence: "cancelled" };
      say(error instanceof Error ? error.message : String(error));
      throw error;
    }
  };
}

/** All rows of a proof as one outcome: the first that failed in full, the others by name. */
export function verifyOutcome(results: readonly Result[]): Outcome {
  const [first, ...others] = results.filter(failed);
  if (!first) return { state: "ok", sentence: `${results.length} checks, all passed` };
  const why = first.detail ?? first.advice;
  const more = others.map(({ title, state }) => `; ${title} ${state}`).join("");
  return {
    state: "failed",
    sentence: `${first.title} ${first.state}${why ? ` (${why})` : ""}${more}`,
  };
}

/** All checks as one outcome: every fault, and how many checks wait for one to be fixed. */
export function doctorOutcome(checks: readonly Check[]): Outcome {
  const faults = faultsOf(checks).map(({ path, reason }) => `${path}: ${reason}`);
  if (faults.length === 0) return { state: "ok", sentence: `${checks.length} checks, all well` };
  const open = checks.filter((check) => stateOf(check) === "open").length;
  const wait = open > 0 ? [`${open} more skipped`] : [];
  return { state: "failed", sentence: [...faults, ...wait].join("; ") };
}
