import { resolve } from "node:path";
import { pulumiCli, stackOutputs } from "../shared/pulumi-cli.ts";
import { targetOf } from "../verify/outputs.ts";
import { progressLines } from "../verify/progress.ts";
import { failed, type Result } from "../verify/result.ts";
import { verify } from "../verify/run.ts";
import { table } from "../verify/table.ts";
import { LogFile } from "./log-file.ts";
import { cancelled, type Outcome, unlessCancelled, type Work } from "./outcome.ts";

/** Columns of the table in a log. */
const WIDTH = 120;

/** Proves that a host's signals arrive, as `npm run verify` does. */
export function verifyWork(directory: string): Work {
  return async (stack, job) => {
    const file = new LogFile(resolve(directory, job.log));
    try {
      const { sinks, facts } = targetOf(stack, await stackOutputs(pulumiCli({ directory }), stack));
      const onProgress = progressLines((line) => file.write(`${line}\n`));
      const results = await unlessCancelled(verify(sinks, facts, { onProgress }), job);
      if (results === undefined) return cancelled;
      file.write(`\n${table(results, { width: WIDTH, colour: false })}`);
      return verifyOutcome(results);
    } catch (error) {
      file.write(`${error instanceof Error ? error.message : error}\n`);
      throw error;
    } finally {
      file.close();
    }
  };
}

/** All rows of a proof as one outcome: the first that failed in full, the others by name. */
export function verifyOutcome(results: readonly Result[]): Outcome {
  const [first, ...others] = results.filter(failed);
  if (!first) return { state: "ok", sentence: `${results.length} proofs, all passed` };
  const more = others.map(({ title, state }) => `; ${title} ${state}`).join("");
  const why = first.detail ?? first.advice;
  return {
    state: "failed",
    sentence: `${first.title} ${first.state}${why ? ` (${why})` : ""}${more}`,
  };
}
