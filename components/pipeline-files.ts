import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PipelineName } from "../config/schema.ts";

/** Directory of the pipelines, one concern a file. */
export const pipelineDirectory = join(import.meta.dirname, "..", "pipelines");

/** Contents of the pipeline files that a stack lists, by file name; all of them feed `sinks.alloy`. */
export function pipelineFiles(
  directory: string,
  pipelines: PipelineName[],
): Record<string, string> {
  const names = ["sinks", ...pipelines].map((name) => `${name}.alloy`);
  return Object.fromEntries(
    names.map((name) => [name, readFileSync(join(directory, name), "utf8")]),
  );
}
