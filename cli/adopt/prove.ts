import { type PulumiCli, stackOutputs } from "../shared/pulumi-cli.ts";
import type { Surroundings } from "../verify/command.ts";
import { targetOf } from "../verify/outputs.ts";
import { progressLines } from "../verify/progress.ts";
import { failed } from "../verify/result.ts";
import { verify } from "../verify/run.ts";
import { table } from "../verify/table.ts";

export interface Proof {
  stack: string;
  /** When the new agent took over, in ms since 1970. */
  since: number;
  /** Left out: each signal's own time. */
  timeoutSeconds?: number;
}

/** `verify` over what the new agent sent. Throws with the titles of what did not arrive. */
export async function prove(
  pulumi: PulumiCli,
  { stack, since, timeoutSeconds }: Proof,
  { out, say, terminal }: Omit<Surroundings, "target">,
): Promise<void> {
  const { sinks, facts } = targetOf(stack, await stackOutputs(pulumi, stack));
  const onProgress = progressLines(say);
  const results = await verify(sinks, facts, { since, timeoutSeconds, onProgress });
  out(`\n${table(results, terminal)}`);
  const missing = results.filter(failed);
  if (missing.length > 0) {
    const titles = missing.map(({ title, state }) => `${title} (${state})`);
    throw new Error(`not all is well: ${titles.join(", ")}; the table above says why`);
  }
}
