import { expect, test } from "vitest";
import { flatConfig } from "../../../bench/compare/flat-config.ts";
import { benchPipelines, revisionIn } from "../../../bench/compare/surroundings.ts";
import { alloyBundle, type HostFacts } from "../../../pipelines/alloy-bundle.ts";
import { pipelineDirectory, pipelineFiles } from "../../../pipelines/pipeline-files.ts";

const files = pipelineFiles(pipelineDirectory, ["containers", "journal", "traefik", "self"]);
const facts = { name: "h" } as HostFacts;

test("other tools get the same files, with secrets in the environment and no version in a path", () => {
  const bundle = alloyBundle(files, facts);
  const flat = flatConfig(bundle);
  expect(Object.keys(flat)).toEqual(Object.keys(bundle.files));
  expect(flat["sinks.alloy"]).not.toContain("is_secret");
  expect(flat["sinks.alloy"]).not.toContain("local.file.metrics_password");
  expect(flat["sinks.alloy"]).toContain('password = sys.env("METRICS_PASSWORD")');
  expect(flat["sinks.alloy"]).toContain('password = sys.env("LOGS_PASSWORD")');
  expect(flat["host-facts.alloy"]).toContain('filename = "/etc/alloy/host.json"');
  expect(flat["self.alloy"]).toBe(bundle.files["self.alloy"]);
});

test("a revision changes one pipeline, and the watched one is scraped each second", () => {
  const [one, two]: Record<string, string>[] = [benchPipelines(files, 1), benchPipelines(files, 2)];
  expect(Object.keys(files).filter((name) => one?.[name] !== two?.[name])).toEqual([
    "traefik.alloy",
  ]);
  expect(two?.["traefik.alloy"]).toContain('scrape_interval = "62s"\n\tscrape_timeout  = "10s"');
  expect(two?.["self.alloy"]).toContain('scrape_interval = "1s"\n\tscrape_timeout  = "1s"');
});

test("a pipeline without the interval that is changed is a fault", () => {
  expect(() => benchPipelines({ "self.alloy": "", "traefik.alloy": "" }, 1)).toThrow(
    'pipelines/self.alloy has no scrape_interval = "60s"',
  );
});

test("the loaded revision is read from what Alloy tells of the component", () => {
  const told = (value: string) =>
    `{"arguments":[{"name":"scrape_interval","type":"attr","value":{"type":"string","value":"${value}"}}]}`;
  expect(revisionIn(told("1m2s"))).toBe(2);
  expect(revisionIn(told("61s"))).toBe(1);
  expect(revisionIn('{"arguments":[]}')).toBeUndefined();
});
