import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PipelineName } from "../config/schema.ts";

/** Directory of the pipelines, one concern a file. */
export const pipelineDirectory = join(import.meta.dirname, "..", "pipelines");

/** Contents of a stack's pipeline files by file name; all of them feed `sinks.alloy`. */
export function pipelineFiles(pipelines: PipelineName[]): Record<string, string> {
  const names = ["sinks", ...pipelines].map((name) => `${name}.alloy`);
  return Object.fromEntries(
    names.map((name) => [name, readFileSync(join(pipelineDirectory, name), "utf8")]),
  );
}
