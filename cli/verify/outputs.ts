import { z } from "zod";
import type { VerifyFacts } from "../../telemetry/facts.ts";
import { pipelineNames, redactPatterns } from "../../telemetry/names.ts";
import type { Sinks } from "./ask.ts";

const sink = z.object({
  /** Base URL of the query API, without a path that the API itself adds. */
  queryUrl: z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, "")),
  username: z.string().min(1),
  /** Secret: of a token that may read. */
  password: z.string().min(1),
});

/** `facts.logs`: what stays on the host. */
const keptLogs = z.object({
  exclude: z.object({ containers: z.array(z.string()), composeServices: z.array(z.string()) }),
  redact: z.object({
    patterns: z.array(z.enum(redactPatterns)),
    expressions: z.array(z.string()),
  }),
});

const token = z.object({
  name: z.string().min(1),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
  renewDays: z.number().min(0),
  renew: z.string().min(1),
});

/** The stack output `verify`. */
const verifyOutput = z.object({
  facts: z.object({
    host: z.string().min(1),
    pipelines: z.array(z.enum(pipelineNames)),
    postgres: z.array(z.object({ job: z.string().min(1), instance: z.string().min(1) })),
    github: z.object({ repositories: z.array(z.string()), polls: z.boolean() }).optional(),
    logs: keptLogs,
    tokens: z.array(token),
  }),
  metrics: sink,
  logs: sink,
});

/** Whom to prove, and whom to ask. */
export interface VerifyTarget {
  facts: VerifyFacts;
  sinks: Sinks;
}

/** Takes what `verify` needs from a stack's outputs. Throws one sentence when it is not there. */
export function targetOf(stack: string, outputs: Record<string, unknown>): VerifyTarget {
  if (outputs.verify === undefined) {
    throw new Error(
      `Stack ${stack} has no output "verify" yet: run \`pulumi up --stack ${stack}\` with this version of the program, then ask again.`,
    );
  }
  const parsed = verifyOutput.safeParse(outputs.verify);
  if (parsed.success) {
    const { facts, metrics, logs } = parsed.data;
    return { facts, sinks: { metrics, logs } };
  }
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new Error(
    `The output "verify" of stack ${stack} is of another version of the program (${faults.join("; ")}): run \`pulumi up --stack ${stack}\` with this version, then ask again.`,
  );
}
