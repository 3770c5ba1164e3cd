import { expect, test } from "vitest";
import { parseEnv } from "../../../cli/adopt/env-file.ts";
import {
  configKey,
  megabytes,
  takeOver,
  undoPaths,
  withChanges,
  withVariables,
} from "../../../cli/adopt/taken-over.ts";

const old = `
GRAFANA_PROM_URL=https://prometheus.example.net/api/prom/push
GRAFANA_PROM_USERNAME=1001
GRAFANA_PROM_PASSWORD=glc_metrics
GRAFANA_LOKI_URL=https://logs.example.net/loki/api/v1/push
GRAFANA_LOKI_USERNAME=2002
GRAFANA_LOKI_PASSWORD=glc_logs
GITHUB_API_TOKEN=github_pat_1
MEM_LIMIT=768m
SOCKET_PROXY_MEM_LIMIT=
DOMAINNAME=example.org
`;
const polling = {
  host: { name: "svlnas" },
  pipelines: ["host", "github"],
  github: { pollingHost: "svlnas" },
};
const take = (raw = {}, text = old) => takeOver(parseEnv(".env", text), raw);
const unused = "Not taken over: DOMAINNAME; this program does not use it.";
const sinks =
  "GRAFANA_PROM_URL, GRAFANA_PROM_USERNAME, GRAFANA_PROM_PASSWORD, GRAFANA_LOKI_URL, GRAFANA_LOKI_USERNAME, GRAFANA_LOKI_PASSWORD";

test("everything that the stack lacks is taken over", () => {
  expect(take(polling)).toEqual({
    changes: [
      { path: "sinks.metrics.url", value: "https://prometheus.example.net/api/prom/push" },
      { path: "sinks.metrics.username", value: "1001" },
      { path: "metricsPassword", value: "glc_metrics" },
      { path: "sinks.logs.url", value: "https://logs.example.net/loki/api/v1/push" },
      { path: "sinks.logs.username", value: "2002" },
      { path: "logsPassword", value: "glc_logs" },
      { path: "githubToken", value: "github_pat_1" },
      { path: "limits.alloyMemory", value: 768 },
    ],
    notes: [unused],
    faults: [],
  });
});

const cloudNote = `Not taken over: ${sinks}; with grafanaCloud the program looks up the URLs and makes its own token. Revoke the old token once the adoption is done.`;

test.each([
  [
    "with grafanaCloud the sinks' variables are not needed",
    { ...polling, grafanaCloud: { stackSlug: "a" } },
    ["githubToken", "limits.alloyMemory"],
    [cloudNote, unused],
  ],
  [
    "what the stack says itself stays; only another value is told",
    {
      ...polling,
      githubToken: "github_pat_2",
      limits: { alloyMemory: 768 },
      grafanaCloud: { stackSlug: "a" },
    },
    [],
    [cloudNote, "Not taken over: GITHUB_API_TOKEN; the stack has its own.", unused],
  ],
  [
    "a host that does not poll GitHub leaves the token",
    { ...polling, host: { name: "svlazext" }, grafanaCloud: { stackSlug: "a" } },
    ["limits.alloyMemory"],
    [cloudNote, "Not taken over: GITHUB_API_TOKEN; this host does not poll GitHub.", unused],
  ],
])("%s", (_, raw, paths, notes) => {
  const taken = take(raw);
  expect(taken.changes.map(({ path }) => path)).toEqual(paths);
  expect(taken.notes).toEqual(notes);
  expect(taken.faults).toEqual([]);
});

test("a file for Grafana Cloud wants grafanaCloud: its token can't read what arrived", () => {
  const { changes, faults } = take(
    polling,
    old.replace("prometheus.example", "prometheus.grafana"),
  );
  expect(changes.map(({ path }) => path)).toEqual(["githubToken", "limits.alloyMemory"]);
  expect(faults).toEqual([
    {
      path: "grafanaCloud",
      reason:
        "is missing, and the token with which .env sends to Grafana Cloud can't read what arrived",
      fix: "set grafanaCloud.stackSlug and the bootstrap token; the program then creates its own tokens",
    },
  ]);
});

test.each([
  ["limits.alloyMemory", "correct MEM_LIMIT in .env, or: set it"],
  ["sinks.logs", "correct GRAFANA_LOKI_URL, GRAFANA_LOKI_USERNAME in .env, or: set it"],
  ["ingress.domain", "set it"],
])("a fault of %s names the variables that would fix it too", (path, fix) => {
  const fault = { path, reason: "is missing", fix: "set it" };
  expect(withVariables(fault, ".env")).toEqual({ ...fault, fix });
});

test.each([
  ["512m", 512],
  ["512MB", 512],
  ["0.5g", 512],
  ["1G", 1024],
  ["536870912", 512],
  ["536870913", 513],
  ["1k", 1],
  ["512 apples", "512 apples"],
])("memory %j is %j MB", (text, value) => expect(megabytes(text)).toBe(value));

test("changes are put in place beside what is there, and undone from the top of what was not", () => {
  const raw = { sinks: { metrics: { url: "a" } }, pipelines: ["host"] };
  const changes = [
    { path: "sinks.metrics.username", value: "1" },
    { path: "sinks.logs.url", value: "b" },
    { path: "sinks.logs.username", value: "2" },
    { path: "limits.alloyMemory", value: 768 },
    { path: "logsPassword", value: "c" },
  ];
  expect(withChanges(raw, changes)).toEqual({
    sinks: { metrics: { url: "a", username: "1" }, logs: { url: "b", username: "2" } },
    pipelines: ["host"],
    limits: { alloyMemory: 768 },
    logsPassword: "c",
  });
  expect(raw.sinks).toEqual({ metrics: { url: "a" } });
  expect(undoPaths(raw, changes)).toEqual([
    ...["sinks.metrics.username", "sinks.logs", "limits", "logsPassword"],
  ]);
});

test("a secret of another namespace has the key of that one", () => {
  expect(configKey("cloudAccessPolicyToken")).toBe("grafana:cloudAccessPolicyToken");
});
