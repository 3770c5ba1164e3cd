import { expect, test } from "vitest";
import { parseStack } from "../../config/parse.ts";

/** What a stack is told that has these settings alone: path and command, without the part that all commands share. */
const told = (settings: Record<string, unknown>) =>
  parseStack(settings, () => true, "third").faults.map(({ path, fix }) => [
    path,
    fix.replace("pulumi config set --stack third ", ""),
  ]);

const host = [
  ["host.name", "--path 'grafana-alloy:host.name' third"],
  ["host.connection.type", "--path 'grafana-alloy:host.connection.type' ssh"],
  ["host.connection.address", "--path 'grafana-alloy:host.connection.address' third"],
  [
    "host.connection.hostKey",
    `--path 'grafana-alloy:host.connection.hostKey' "$(ssh-keyscan -t ed25519 HOST | cut -d' ' -f2-)"`,
  ],
  ["host.directory", "--path 'grafana-alloy:host.directory' /opt/apps/services/alloy"],
  ["host.journal.gid", "--path 'grafana-alloy:host.journal.gid' 102"],
];
const registry = [
  ["registry.address", "--path 'grafana-alloy:registry.address' dhi.io"],
  ["registry.username", "--path 'grafana-alloy:registry.username' myaccount"],
  ["registryPassword", "--secret grafana-alloy:registryPassword"],
];

test("a stack without settings is told every value that it needs, none of them an object", () => {
  expect(told({})).toEqual([
    ...host,
    ["grafanaCloud", "--path 'grafana-alloy:grafanaCloud.stackSlug' mystack"],
    ["cloudAccessPolicyToken", "--secret grafana:cloudAccessPolicyToken"],
    ...registry,
  ]);
});

test("one that names a sink of its own is told what the sinks still need", () => {
  const url = "https://prometheus.example.org/api/v1/write";
  expect(told({ sinks: { metrics: { url } } })).toEqual([
    ...host,
    ["sinks.metrics.username", "--type string --path 'grafana-alloy:sinks.metrics.username' 1234"],
    [
      "sinks.logs.url",
      "--path 'grafana-alloy:sinks.logs.url' https://loki.example.org/loki/api/v1/push",
    ],
    ["sinks.logs.username", "--type string --path 'grafana-alloy:sinks.logs.username' 1234"],
    ["metricsPassword", "--secret grafana-alloy:metricsPassword"],
    ["logsPassword", "--secret grafana-alloy:logsPassword"],
    ...registry,
  ]);
});
