import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { down } from "../../lab/down.ts";
import { startLab } from "../../lab/lab.ts";
import { labDir } from "../../lab/paths.ts";
import { say } from "../../lab/progress.ts";
import { needAnsible } from "./ansible.ts";
import { needCompose } from "./docker-compose.ts";
import { writeDocs } from "./docs.ts";
import { type Operations, operations } from "./operations.ts";
import { type Options, parts, readOptions, usage } from "./options.ts";
import { programStart } from "./program-start.ts";
import { report } from "./report.ts";
import type { Results } from "./results.ts";

/** The benchmark's command: measures, prints, and cleans up however it ends. */
async function main(args: string[]): Promise<void> {
  const options = readOptions(args);
  if (!options) return say(usage);
  await needCompose();
  await needAnsible();
  if (options.prepare) return;
  const signal = stopSignal();
  const results = await measured(options, signal);
  process.stdout.write(report(results));
  if (options.json) await writeFile(options.json, `${JSON.stringify(results, null, 2)}\n`);
  if (signal.aborted) throw new Error(signal.reason.message);
  if (options.parts.length === parts.length) await writeDocs(results);
}

async function measured(options: Options, signal: AbortSignal): Promise<Results> {
  const wants = (part: Options["parts"][number]) => options.parts.includes(part);
  const start = wants("start") ? await programStart(options.runs, signal) : undefined;
  const up = wants("up") ? await inLab(options.runs, signal) : undefined;
  return { runs: options.runs, ...(start && { start }), ...(up && { operations: up }) };
}

/** In a lab that is taken down again unless it was up before. */
async function inLab(runs: number, signal: AbortSignal): Promise<Operations> {
  const wasUp = existsSync(labDir);
  try {
    const lab = await startLab();
    try {
      return await operations(lab, runs, signal);
    } finally {
      await lab.close();
    }
  } finally {
    if (!wasUp) await down();
  }
}

function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, () => {
      say(`${name}: ending after this tool's turn; a second one ends at once`);
      stop.abort(new Error(`ended by ${name}`));
    });
  }
  return stop.signal;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  say(`make bench failed: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
