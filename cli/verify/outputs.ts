import { z } from "zod";
import { factsSchema, type VerifyFacts } from "../../telemetry/facts.ts";
import type { Sinks } from "./ask.ts";

const sink = z.object({
  /** Base URL of the query API, without a path that the API itself adds. */
  queryUrl: z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, "")),
  username: z.string().min(1),
  /** Secret: of a token that may read. */
  password: z.string().min(1),
  /** Until when a refusal may mean that the sink does not know the token yet. */
  newUntil: z.iso.datetime({ offset: true }).optional(),
});

/** The stack output `verify`. */
const verifyOutput = z.object({ facts: factsSchema, metrics: sink, logs: sink });

/** Whom to prove, and whom to ask. */
export interface VerifyTarget {
  facts: VerifyFacts;
  sinks: Sinks;
}

/** Takes what `verify` needs from a stack's outputs. Throws one sentence when it is not there. */
export function targetOf(stack: string, outputs: Record<string, unknown>): VerifyTarget {
  const up = `run \`pulumi up --stack ${stack}\` with this version`;
  if (outputs.verify === undefined) {
    throw new Error(
      `Stack ${stack} has no output "verify" yet: ${up} of the program, then verify again.`,
    );
  }
  const parsed = verifyOutput.safeParse(outputs.verify);
  if (parsed.success) {
    const { facts, ...sinks } = parsed.data;
    return { facts, sinks };
  }
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new Error(
    `The output "verify" of stack ${stack} is from another version of the program (${faults.join("; ")}): ${up}, then verify again.`,
  );
}
