import { expect, test } from "vitest";
import { settings } from "../../../config/schema.ts";
import { alloyBundle } from "../../../pipelines/alloy-bundle.ts";
import { hostFacts } from "../../../pipelines/host-facts.ts";
import { pipelineDirectory, pipelineFiles } from "../../../pipelines/pipeline-files.ts";
import { completed } from "../../support/stack-files.ts";

/** What a deployment waits for on a host, from the pipelines that are shipped to it. */
function componentsOf(stack: "svlnas" | "svlazext", githubApp = false): string[] {
  const parsed = settings.parse(completed(stack));
  const sink = { url: "https://example.net", username: "1" };
  const facts = hostFacts(parsed, { metrics: sink, logs: sink });
  const pipelines = pipelineFiles(pipelineDirectory, parsed.pipelines, { githubApp });
  return alloyBundle(pipelines, facts).files.components?.trimEnd().split("\n") ?? [];
}

const everywhere = [
  "discovery.docker.containers",
  "discovery.relabel.containers",
  "discovery.relabel.host",
  "discovery.relabel.self",
  "local.file.host",
  "local.file.logs_password",
  "local.file.metrics_password",
  "loki.process.containers",
  "loki.process.journal",
  "loki.process.redact",
  "loki.relabel.containers",
  "loki.relabel.journal",
  "loki.source.docker.containers",
  "loki.source.journal.host",
  "loki.write.grafana_cloud",
  "prometheus.exporter.self.alloy",
  "prometheus.exporter.unix.host",
  "prometheus.relabel.self",
  "prometheus.relabel.traefik",
  "prometheus.remote_write.grafana_cloud",
  "prometheus.scrape.host",
  "prometheus.scrape.self",
  "prometheus.scrape.traefik",
];

test("svlazext loads exactly these components", () => {
  expect(componentsOf("svlazext")).toEqual(everywhere);
});

test("svlnas loads the databases' and GitHub's besides", () => {
  expect(componentsOf("svlnas")).toEqual(
    [
      ...everywhere,
      "discovery.relabel.github",
      "local.file.github_token",
      "prometheus.exporter.github.repositories",
      "prometheus.relabel.postgres",
      "prometheus.scrape.github",
      "prometheus.scrape.postgres",
    ].sort(),
  );
});

test("with a GitHub App it loads the same, less the token's file", () => {
  expect(componentsOf("svlnas", true)).toEqual(
    componentsOf("svlnas").filter((name) => name !== "local.file.github_token"),
  );
});
