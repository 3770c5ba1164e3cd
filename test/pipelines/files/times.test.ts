import { expect, test } from "vitest";
import { pipelineDirectory, pipelineFiles } from "../../../pipelines/pipeline-files.ts";
import { pipelineNames } from "../../../telemetry/names.ts";

/** Tests of a running agent scrape faster, and have no journal of last week. */
const files = pipelineFiles(pipelineDirectory, [...pipelineNames]);

/** Values of a setting by pipeline, each value once. */
function valuesOf(setting: string): Record<string, string[]> {
  const found = Object.entries(files).map(([name, text]) => {
    const values = text.matchAll(new RegExp(`^\\s*${setting} += "(.+)"$`, "gm"));
    return [name.replace(".alloy", ""), [...new Set([...values].map(([, value]) => value))]];
  });
  return Object.fromEntries(found.filter(([, values = []]) => values.length > 0));
}

test("samples are taken every 60 s, of GitHub every 10 min", () => {
  expect(valuesOf("scrape_interval")).toEqual({
    "container-metrics": ["60s"],
    github: ["10m"],
    host: ["60s"],
    postgres: ["60s"],
    self: ["60s"],
    traefik: ["60s"],
  });
});

test("lines older than 167 h are dropped, of containers and of the journal", () => {
  expect(valuesOf("older_than")).toEqual({ containers: ["167h"], journal: ["167h"] });
});
