import { writeFile } from "node:fs/promises";
import { say } from "../../lab/progress.ts";
import { readOptions, usage } from "./options.ts";
import { report } from "./report.ts";
import { compare } from "./run.ts";

/** The benchmark's command: measures, prints, and cleans up however it ends. */
async function main(args: string[]): Promise<void> {
  const options = readOptions(args);
  if (!options) return say(usage);
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, () => {
      say(`${name}: cleaning up; a second one ends at once`);
      stop.abort(new Error(`ended by ${name}`));
    });
  }
  const comparison = await compare(options, stop.signal);
  process.stdout.write(report(comparison));
  if (options.json) await writeFile(options.json, `${JSON.stringify(comparison, null, 2)}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  say(`bench-footprint failed: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
