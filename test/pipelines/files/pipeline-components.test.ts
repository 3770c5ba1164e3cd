import { expect, test } from "vitest";
import { settings } from "../../../config/schema.ts";
import { alloyBundle } from "../../../pipelines/alloy-bundle.ts";
import { hostFacts } from "../../../pipelines/host-facts.ts";
import { pipelineDirectory, pipelineFiles } from "../../../pipelines/pipeline-files.ts";
import { completed } from "../../support/stack-files.ts";

/** What a deployment waits for on a host, from the pipelines that are shipped to it. */
function componentsOf(stack: "svlnas" | "svlazext", githubApp: boolean): string[] {
  const parsed = settings.parse(completed(stack));
  const sink = { url: "https://example.net", username: "1" };
  const facts = hostFacts(parsed, { metrics: sink, logs: sink });
  const pipelines = pipelineFiles(pipelineDirectory, parsed.pipelines, { githubApp });
  return alloyBundle(pipelines, facts).files.components?.trimEnd().split("\n") ?? [];
}

const everywhere = [
  "discovery.docker.container_metrics",
  "discovery.docker.containers",
  "discovery.relabel.container_names",
  "discovery.relabel.container_processes",
  "discovery.relabel.containers",
  "discovery.relabel.host",
  "discovery.relabel.network",
  "discovery.relabel.self",
  "local.file.host",
  "loki.process.containers",
  "loki.process.journal",
  "loki.process.redact",
  "loki.relabel.container_labels",
  "loki.relabel.containers",
  "loki.relabel.journal",
  "loki.source.docker.containers",
  "loki.source.journal.host",
  "loki.write.grafana_cloud",
  "prometheus.exporter.process.containers",
  "prometheus.exporter.self.alloy",
  "prometheus.exporter.unix.container_names",
  "prometheus.exporter.unix.host",
  "prometheus.exporter.unix.network",
  "prometheus.relabel.container_names",
  "prometheus.relabel.container_processes",
  "prometheus.relabel.host",
  "prometheus.relabel.network",
  "prometheus.relabel.self",
  "prometheus.relabel.traefik",
  "prometheus.remote_write.grafana_cloud",
  "prometheus.scrape.container_names",
  "prometheus.scrape.container_processes",
  "prometheus.scrape.host",
  "prometheus.scrape.network",
  "prometheus.scrape.self",
  "prometheus.scrape.traefik",
];

const token = ["local.file.github_token"];
const more = [
  "discovery.relabel.github",
  "prometheus.exporter.github.repositories",
  "prometheus.relabel.postgres",
  "prometheus.scrape.github",
  "prometheus.scrape.postgres",
];

test.each([
  ["svlazext", false, everywhere],
  ["svlnas", false, [...everywhere, ...more, ...token]],
  ["svlnas", true, [...everywhere, ...more]],
] as const)("%s loads exactly these components, GitHub App: %s", (stack, githubApp, names) => {
  expect(componentsOf(stack, githubApp)).toEqual([...names].sort());
});
