import { z } from "zod";
import type { PulumiCli } from "../shared/pulumi-cli.ts";

/** A stack's configuration as the engine would hand it to the program. */
export interface StackConfig {
  /** Values by full key; structured ones as JSON. */
  values: Record<string, string>;
  /** Keys that are stored encrypted. */
  secrets: Set<string>;
}

const printed = z.record(
  z.string(),
  z.object({ value: z.string().optional(), secret: z.boolean() }),
);

/** Reads a stack's configuration with its secrets, which go no further than this process. */
export async function stackConfig(pulumi: PulumiCli, stack: string): Promise<StackConfig> {
  const text = await pulumi.run(["config", "--json", "--show-secrets", "--stack", stack]);
  const entries = Object.entries(printed.parse(JSON.parse(text)));
  return {
    values: Object.fromEntries(entries.map(([key, { value = "" }]) => [key, value])),
    secrets: new Set(entries.flatMap(([key, { secret }]) => (secret ? [key] : []))),
  };
}
