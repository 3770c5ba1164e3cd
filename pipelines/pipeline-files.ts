import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PipelineName } from "../telemetry/names.ts";

/** Directory of the pipelines, one concern a file. */
export const pipelineDirectory = import.meta.dirname;

/**
 * Contents of the pipeline files that a stack lists, by file name; all of them feed `sinks.alloy`. That of
 * GitHub has two files, of which the second is one for a token or one for a GitHub App.
 */
export function pipelineFiles(
  directory: string,
  pipelines: PipelineName[],
  { githubApp = false } = {},
): Record<string, string> {
  const asking = githubApp ? "github-app" : "github-token";
  const listed = pipelines.flatMap((name) => (name === "github" ? [name, asking] : [name]));
  const names = ["sinks", ...listed].map((name) => `${name}.alloy`);
  return Object.fromEntries(
    names.map((name) => [name, readFileSync(join(directory, name), "utf8")]),
  );
}
