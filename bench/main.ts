import { writeFile } from "node:fs/promises";
import { say } from "../lab/progress.ts";
import { compare } from "./compare/compare.ts";
import { fleet } from "./fleet/fleet.ts";
import { footprint } from "./footprint/footprint.ts";
import { readOptions, usage } from "./options.ts";
import { type Report, terminalText, writeDocs } from "./report.ts";
import { soak } from "./soak/soak.ts";

/** Measures, prints, and cleans up however it ends. */
async function main(args: string[]): Promise<void> {
  const asked = readOptions(args);
  if (!asked) return say(usage);
  const { json, docs } = asked.options;
  const signal = stopSignal();
  const report = await measure(asked, signal);
  process.stdout.write(terminalText(report));
  if (json) await writeFile(json, `${JSON.stringify(report.values, null, 2)}\n`);
  signal.throwIfAborted();
  if (docs) await writeDocs(asked.benchmark, report);
  if (report.faults?.length) throw new Error(report.faults.join("\n"));
}

function measure(
  asked: NonNullable<ReturnType<typeof readOptions>>,
  signal: AbortSignal,
): Promise<Report> {
  if (asked.benchmark === "compare") return compare(asked.options, signal);
  if (asked.benchmark === "footprint") return footprint(asked.options, signal);
  if (asked.benchmark === "soak") return soak(asked.options, signal);
  return fleet(asked.options, signal);
}

function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, () => {
      say(`${name}: ending after the present measurement; a second one ends at once`);
      stop.abort(new Error(`ended by ${name}`));
    });
  }
  return stop.signal;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  say(`the benchmark failed: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
