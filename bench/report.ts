import { readFile, writeFile } from "node:fs/promises";
import { cpus, release } from "node:os";
import { join } from "node:path";
import { columns } from "../cli/shared/table.ts";
import { repoDir } from "../lab/paths.ts";
import { say } from "../lab/progress.ts";
import type { Benchmark } from "./options.ts";

/** What a benchmark has to say. */
export interface Report {
  /** How it was measured. */
  head: string;
  /** Tables; the first row of each is its head. */
  tables: string[][][];
  /** A picture for the docs: its file below docs/, what it shows, and its content. */
  picture?: { file: string; shows: string; svg: string };
  /** Every measured value. */
  values: unknown;
  /** What must not be: with any, the benchmark fails once it has said all. */
  faults?: string[];
}

/** The page that has the section of a benchmark. */
const PAGES: Record<Benchmark, string> = {
  compare: "benchmarks.md",
  footprint: "benchmarks.md",
  fleet: "scale.md",
  soak: "benchmarks.md",
};

/** The report for a terminal. */
export function terminalText({ head, tables }: Report): string {
  const blocks = tables.map((rows) => columns(rows, { right: true }).join("\n"));
  return `\n${[head, ...blocks].join("\n\n")}\n\n`;
}

/** Writes the report into its section of the docs, and its picture beside it. */
export async function writeDocs(name: Benchmark, report: Report): Promise<void> {
  const file = join(repoDir, "docs", PAGES[name]);
  await writeFile(file, replaceSection(await readFile(file, "utf8"), name, markdown(report)));
  const { picture } = report;
  if (picture) await writeFile(join(repoDir, "docs", picture.file), picture.svg);
  say(`${file} has the results`);
}

function markdown({ head, tables, picture }: Report): string {
  const machine = `${cpus().length} cores (${cpus()[0]?.model.trim()}), Linux ${release()}, Node ${process.versions.node}`;
  return [
    `${head}. Measured on ${machine}.`,
    ...(picture ? [`![${picture.shows}](${picture.file})`] : []),
    ...tables.map(markdownTable),
  ].join("\n\n");
}

/** The first column is text, all others are numbers. */
export function markdownTable([head = [], ...body]: string[][]): string {
  const rule = head.map((_, i) => (i === 0 ? "---" : "--:"));
  return [head, rule, ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** A text with what stands between the marks of a name replaced. Throws where the marks are missing. */
export function replaceSection(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the marks ${begin} and ${end} are missing`);
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
}
