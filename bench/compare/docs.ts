import { readFile, writeFile } from "node:fs/promises";
import { cpus, release } from "node:os";
import { join } from "node:path";
import { repoDir } from "../../lab/paths.ts";
import { say } from "../../lab/progress.ts";
import { markdownTable, replaceSection } from "./markdown.ts";
import { plot } from "./plot.ts";
import type { Results } from "./results.ts";
import { operationRows, packageRows, startRows } from "./rows.ts";
import { targetRows } from "./targets.ts";

const file = join(repoDir, "docs", "benchmarks.md");
const PLOT = "pictures/deploying.svg";

/** Writes the results into their section of docs/benchmarks.md, and the plot beside it. */
export async function writeDocs(results: Results): Promise<void> {
  const { operations } = results;
  if (operations) await writeFile(join(repoDir, "docs", PLOT), plot(operations));
  await writeFile(file, replaceSection(await readFile(file, "utf8"), "compare", section(results)));
  say("docs/benchmarks.md has the results");
}

/** The section's text: how it was measured, the plot, the tables. */
function section(results: Results): string {
  const { runs, start, operations } = results;
  const machine = `${cpus().length} cores (${cpus()[0]?.model.trim()}), Linux ${release()}, Node ${process.versions.node}`;
  return [
    `${runs} runs on ${machine}; the median, and in brackets the least and the greatest.`,
    ...(operations
      ? [
          `![Seconds for each operation and tool](${PLOT})`,
          markdownTable(operationRows(operations)),
        ]
      : []),
    ...(start ? [markdownTable(startRows(start)), markdownTable(packageRows(start))] : []),
    markdownTable(targetRows(results)),
  ].join("\n\n");
}
