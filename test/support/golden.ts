import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pipelineDirectory } from "../../pipelines/pipeline-files.ts";
import type { ProgramRun } from "./mock-program.ts";

const directory = join(import.meta.dirname, "..", "golden");

/** One resource as a golden file has it. */
export interface GoldenResource {
  type: string;
  name: string;
  /** Name of its component; `null` for what the program itself makes. */
  parent: string | null;
  inputs: unknown;
}

/** The resources of a run as a golden file has them, in order of names. */
export function goldenOf(run: ProgramRun): GoldenResource[] {
  const version = new RegExp(String(run.outputs.configVersion), "g");
  return run.resources
    .map(({ type, name, parent = null, inputs }) => ({
      type,
      name,
      parent,
      inputs: legible(inputs, version),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Texts of several lines as arrays of lines, so that a difference shows as one of lines. A pipeline that is
 * exactly its file, and the version that hangs on its text, are named: a change of a pipeline shows once.
 */
function legible(value: unknown, version: RegExp): unknown {
  if (typeof value === "string") {
    const text = value.replace(version, "<version>");
    return text.includes("\n") ? { lines: withoutPipelines(text).split("\n") } : text;
  }
  if (Array.isArray(value)) return value.map((item) => legible(item, version));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, legible(item, version)]),
  );
}

function withoutPipelines(text: string): string {
  return text
    .split(/^(?===> )/m)
    .map((part) => {
      const [, name = "", content] = /^==> (\S+\.alloy)\n([\s\S]*)$/.exec(part) ?? [];
      const file = join(pipelineDirectory, name);
      const same = name !== "" && existsSync(file) && readFileSync(file, "utf8") === content;
      return same ? `==> ${name}\n<pipelines/${name}>\n` : part;
    })
    .join("");
}

/** What a golden file holds, or nothing if there is none yet. */
export function readGolden(stack: string): GoldenResource[] {
  const file = join(directory, `${stack}.json`);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
}

/** Writes a golden file, laid out as the linter asks of every JSON file. */
export function writeGolden(stack: string, resources: GoldenResource[]): void {
  const file = join(directory, `${stack}.json`);
  writeFileSync(file, `${JSON.stringify(resources, null, 2)}\n`);
  execFileSync(join(directory, "..", "..", "node_modules", ".bin", "biome"), [
    ...["format", "--write", file],
  ]);
}
