import { expect, test } from "vitest";
import { parseEnv } from "../../../cli/adopt/env-file.ts";
import { memoryInMb } from "../../../cli/adopt/memory.ts";
import { configKey, takeOver, undoPaths, withChanges } from "../../../cli/adopt/taken-over.ts";

const old = `
GRAFANA_PROM_URL=https://prometheus.example.net/api/prom/push
GRAFANA_PROM_USERNAME=1001
GRAFANA_PROM_PASSWORD=glc_metrics
GRAFANA_LOKI_URL=https://logs.example.net/loki/api/v1/push
GRAFANA_LOKI_USERNAME=2002
GRAFANA_LOKI_PASSWORD=glc_logs
GITHUB_API_TOKEN=github_pat_1
MEM_LIMIT=768m
DOMAINNAME=example.org
`;
const polling = {
  host: { name: "svlnas" },
  pipelines: ["host", "github"],
  github: { pollingHost: "svlnas" },
};
const take = (text: string, raw = {}) => takeOver(parseEnv(text), raw, ".env");

test("everything that the stack lacks is taken over, secrets as secrets", () => {
  const { changes, notes, faults } = take(old, polling);
  expect(faults).toEqual([]);
  expect(changes.map(({ path, value, secret }) => [path.join("."), value, secret])).toEqual([
    ["sinks.metrics.url", "https://prometheus.example.net/api/prom/push", false],
    ["sinks.metrics.username", "1001", false],
    ["metricsPassword", "glc_metrics", true],
    ["sinks.logs.url", "https://logs.example.net/loki/api/v1/push", false],
    ["sinks.logs.username", "2002", false],
    ["logsPassword", "glc_logs", true],
    ["githubToken", "github_pat_1", true],
    ["limits.alloyMemory", 768, false],
  ]);
  expect(notes).toEqual(["Not used by this program: DOMAINNAME."]);
});

test("with grafanaCloud the old URLs and passwords are not needed, which is said", () => {
  const { changes, notes, faults } = take(old, { ...polling, grafanaCloud: { stackSlug: "a" } });
  expect(faults).toEqual([]);
  expect(changes.map(({ variable }) => variable)).toEqual(["GITHUB_API_TOKEN", "MEM_LIMIT"]);
  expect(notes[0]).toBe(
    "GRAFANA_PROM_URL, GRAFANA_PROM_USERNAME, GRAFANA_PROM_PASSWORD, GRAFANA_LOKI_URL, " +
      "GRAFANA_LOKI_USERNAME, GRAFANA_LOKI_PASSWORD: not needed. The stack has grafanaCloud, so the " +
      "program looks up the URLs and makes its own token. Revoke the old token in Grafana Cloud once " +
      "the adoption is done.",
  );
  expect(take("", { grafanaCloud: { stackSlug: "a" } })).toEqual({
    changes: [],
    notes: [],
    faults: [],
  });
});

test("what the stack says itself stays; a different value in the file is told, without it", () => {
  const raw = { ...polling, githubToken: "github_pat_2", limits: { alloyMemory: 512 } };
  const { changes, notes } = take(old, raw);
  expect(changes.map(({ variable }) => variable)).not.toContain("GITHUB_API_TOKEN");
  expect(notes).toEqual([
    "GITHUB_API_TOKEN is not taken over: the stack has its own githubToken.",
    "MEM_LIMIT is not taken over: the stack has its own limits.alloyMemory.",
    "Not used by this program: DOMAINNAME.",
  ]);
});

test("a file for Grafana Cloud wants grafanaCloud: its token can't read what arrived", () => {
  const cloud = old.replace("prometheus.example.net", "prometheus-prod-01.grafana.net");
  const { changes, faults } = take(cloud, polling);
  expect(changes.map(({ variable }) => variable)).toEqual(["GITHUB_API_TOKEN", "MEM_LIMIT"]);
  expect(faults).toEqual([
    {
      path: "grafanaCloud",
      reason:
        "is missing, and .env sends to Grafana Cloud with a token that can't read what arrived",
      fix: "set grafanaCloud.stackSlug and the bootstrap token; the program then makes its own tokens",
    },
  ]);
});

test("a host that does not poll GitHub leaves the token", () => {
  const { changes, notes } = take(old, { ...polling, host: { name: "svlazext" } });
  expect(changes.map(({ variable }) => variable)).not.toContain("GITHUB_API_TOKEN");
  expect(notes[0]).toBe("GITHUB_API_TOKEN is not taken over: this host does not poll GitHub.");
});

test("all faults at once: of the file, of values, and what is missing", () => {
  const text = [
    "GRAFANA_PROM_URL=prometheus.example.net",
    "GRAFANA_PROM_PASSWORD='glc_",
    "GRAFANA_LOKI_URL=ftp://logs.example.net",
    "GRAFANA_LOKI_USERNAME=",
    "GITHUB_API_TOKEN=ghp_classic",
    "MEM_LIMIT=much",
    "SOCKET_PROXY_MEM_LIMIT=8m",
  ].join("\n");
  const { faults } = take(text, polling);
  expect(faults.map(({ path, reason }) => `${path}: ${reason}`)).toEqual([
    ".env line 2: GRAFANA_PROM_PASSWORD has no closing '",
    ".env line 1: GRAFANA_PROM_URL is not a URL with http or https",
    "GRAFANA_PROM_USERNAME: is missing: the stack has no sinks.metrics.username",
    "GRAFANA_PROM_PASSWORD: is missing: the stack has no metricsPassword",
    ".env line 3: GRAFANA_LOKI_URL is not a URL with http or https",
    "GRAFANA_LOKI_USERNAME: is missing: the stack has no sinks.logs.username",
    "GRAFANA_LOKI_PASSWORD: is missing: the stack has no logsPassword",
    ".env line 5: GITHUB_API_TOKEN is not a fine-grained token (github_pat_…); a classic one could write wherever its owner can",
    ".env line 6: MEM_LIMIT is not a memory size of at least 128m, such as 512m",
    ".env line 7: SOCKET_PROXY_MEM_LIMIT is not a memory size of at least 16m, such as 512m",
  ]);
  expect(faults.at(-1)?.fix).toBe(
    "correct it there; it becomes the stack's limits.socketProxyMemory",
  );
  expect(JSON.stringify(faults)).not.toContain("ghp_classic");
});

test.each([
  ["512m", 512],
  ["512M", 512],
  ["512mb", 512],
  ["0.5g", 512],
  ["1G", 1024],
  ["536870912", 512],
  ["536870913", 513],
  ["1k", 1],
  ["-1", undefined],
  ["512 apples", undefined],
  ["", undefined],
])("memory %j is %j MB", (text, megabytes) => expect(memoryInMb(text)).toBe(megabytes));

test("changes are put in place beside what is there, and undone from the top of what was not", () => {
  const raw = { sinks: { metrics: { url: "a" } }, pipelines: ["host"] };
  const changes = [
    { path: ["sinks", "metrics", "username"], value: "1" },
    { path: ["sinks", "logs", "url"], value: "b" },
    { path: ["sinks", "logs", "username"], value: "2" },
    { path: ["limits", "alloyMemory"], value: 768 },
    { path: ["logsPassword"], value: "c" },
  ];
  expect(withChanges(raw, changes)).toEqual({
    sinks: { metrics: { url: "a", username: "1" }, logs: { url: "b", username: "2" } },
    pipelines: ["host"],
    limits: { alloyMemory: 768 },
    logsPassword: "c",
  });
  expect(raw.sinks).toEqual({ metrics: { url: "a" } });
  expect(undoPaths(raw, changes)).toEqual([
    "sinks.metrics.username",
    "sinks.logs",
    "limits",
    "logsPassword",
  ]);
});

test("a setting's key is that of the namespace it belongs to", () => {
  expect(configKey("sinks.logs")).toBe("grafana-alloy:sinks.logs");
  expect(configKey("githubToken")).toBe("grafana-alloy:githubToken");
  expect(configKey("cloudAccessPolicyToken")).toBe("grafana:cloudAccessPolicyToken");
});
