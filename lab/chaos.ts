import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { failed, summary } from "./check/report.ts";
import { vitest } from "./check/vitest.ts";
import { down } from "./down.ts";
import { labDir } from "./paths.ts";

/** Random interruptions of operations on a lab: `--seed` does the same ones again, `--runs` says how many. */
export async function chaos(): Promise<void> {
  const options = { seed: { type: "string" }, runs: { type: "string", default: "30" } } as const;
  const { values } = parseArgs({ args: process.argv.slice(3), options });
  process.env.CHAOS_RUNS = values.runs;
  process.env.CHAOS_SEED = values.seed ?? `${randomInt(1, 2 ** 31)}`;
  const wasUp = existsSync(labDir);
  try {
    const reports = [await vitest("e2e", ["test/e2e/chaos.test.ts"])];
    process.stdout.write(summary(reports));
    if (failed(reports)) throw new Error("an interruption was not healed, see above");
  } finally {
    if (!wasUp) await down();
  }
}
