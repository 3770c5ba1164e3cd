import { expect, test } from "vitest";
import { benchPipelines, revisionIn } from "../../../bench/compare/desired.ts";
import { flatConfig } from "../../../bench/compare/flat-config.ts";
import { alloyBundle, type HostFacts } from "../../../pipelines/alloy-bundle.ts";
import { pipelineDirectory, pipelineFiles } from "../../../pipelines/pipeline-files.ts";

const files = pipelineFiles(pipelineDirectory, ["containers", "journal", "traefik", "self"]);

test("other tools get the same files, with secrets in the environment and no version in a path", () => {
  const bundle = alloyBundle(files, { name: "h" } as HostFacts);
  const flat = flatConfig(bundle);
  expect(Object.keys(flat)).toEqual(Object.keys(bundle.files));
  expect(flat["sinks.alloy"]).not.toContain("password_file");
  expect(flat["sinks.alloy"]).toContain('password = sys.env("METRICS_PASSWORD")');
  expect(flat["sinks.alloy"]).toContain('password = sys.env("LOGS_PASSWORD")');
  expect(flat["host-facts.alloy"]).toContain('filename = "/etc/alloy/host.json"');
  expect(flat["self.alloy"]).toBe(bundle.files["self.alloy"]);
});

test("a revision changes one pipeline, and the watched one is scraped each second", () => {
  const [one, two]: Record<string, string>[] = [benchPipelines(files, 1), benchPipelines(files, 2)];
  const changed = Object.keys(files).filter((name) => one?.[name] !== two?.[name]);
  expect(changed).toEqual(["traefik.alloy"]);
  expect(two?.["traefik.alloy"]).toContain('scrape_interval = "62s"\n\tscrape_timeout  = "10s"');
  expect(two?.["self.alloy"]).toContain('scrape_interval = "1s"\n\tscrape_timeout  = "1s"');
});

test.each([
  ["1m2s", 2],
  ["61s", 1],
  ["", undefined],
])("an interval of %j is revision %s", (interval, revision) => {
  const value = `"value":{"type":"string","value":"${interval}"}`;
  expect(revisionIn(`[{"name":"scrape_interval","type":"attr",${value}}]`)).toBe(revision);
});
