import { writeFile } from "node:fs/promises";
import { say, step } from "../../lab/progress.ts";
import { grid } from "./grid.ts";
import { readOptions, usage } from "./options.ts";
import { proof } from "./proof.ts";
import { gridReport, proofReport, waysReport } from "./report.ts";
import { ways } from "./ways.ts";

/** The benchmark's command: proves, measures, prints; each part cleans up however it ends. */
async function main(args: string[]): Promise<void> {
  const options = readOptions(args);
  if (!options) return say(usage);
  const { hosts, parallel, delay, parts, json } = options;
  const numbers: Record<string, unknown> = { delay };
  const part = async <T>(label: string, work: () => Promise<T>, report: (result: T) => string) => {
    const result = await step(label, work);
    numbers[label] = result;
    process.stdout.write(`\n${report(result)}\n`);
  };
  if (parts.includes("proof")) await part("proof", () => proof(delay), proofReport);
  if (parts.includes("ways")) await part("ways", () => ways(delay), waysReport);
  if (parts.includes("grid")) await part("grid", () => grid(hosts, parallel, delay), gridReport);
  if (json) await writeFile(json, `${JSON.stringify(numbers, null, 2)}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  say(`bench-fleet failed: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
