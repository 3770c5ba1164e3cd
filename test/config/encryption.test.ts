import { expect, test } from "vitest";
import { commandsOf } from "../../config/commands.ts";
import { encryptionFaults } from "../../config/encryption.ts";
import type { FaultMaker } from "../../config/faults.ts";
import { hostProgram } from "../../config/parse.ts";
import { joinPath } from "../../config/schema-paths.ts";

const commands = commandsOf(hostProgram, "svlnas");
const make: FaultMaker = {
  ...commands,
  fault: (keys, reason, fix = "") => ({ path: joinPath(keys), reason, fix }),
};
const faultsOf = (raw: object) => encryptionFaults({ ...raw }, make);

test("every URL that credentials are sent to unencrypted is told at once, each host with its exception", () => {
  const sinks = {
    metrics: { url: "http://prometheus.lan:9090/api/v1/write", queryUrl: "http://prometheus.lan" },
    logs: { url: "http://loki.lan/loki/api/v1/push", queryUrl: "http://[fd00::1]:3100" },
  };
  const github = { apiUrl: "http://localhost@github.lan/api/v3" };
  const found = faultsOf({ sinks, github, grafanaCloud: { apiUrl: "http://127.0.0.1.lan" } });
  const exception = (index: number, host: string) =>
    `pulumi config set --stack svlnas --path 'grafana-alloy:unencryptedHosts[${index}]' ${host}`;
  expect(found.map(({ path, fix }) => [path, fix])).toEqual([
    ["sinks.metrics.url", exception(0, "prometheus.lan")],
    ["sinks.metrics.queryUrl", exception(0, "prometheus.lan")],
    ["sinks.logs.url", exception(1, "loki.lan")],
    ["sinks.logs.queryUrl", exception(2, "'[fd00::1]'")],
    ["grafanaCloud.apiUrl", exception(3, "127.0.0.1.lan")],
    ["github.apiUrl", exception(4, "github.lan")],
  ]);
});

test.each([
  ["https", { github: { apiUrl: "https://github.lan/api/v3" } }],
  ["this machine", { grafanaCloud: { apiUrl: "http://127.0.0.1:19490" } }],
  ["this machine by name", { grafanaCloud: { apiUrl: "http://localhost" } }],
  ["this machine by IPv6", { grafanaCloud: { apiUrl: "http://[::1]/" } }],
  ["an exception", { unencryptedHosts: ["a.lan"], github: { apiUrl: "http://a.lan:80/" } }],
  ["no URL at all, which the schema refuses", { github: { apiUrl: "github" } }],
])("nothing is said of %s", (_what, raw) => {
  expect(faultsOf(raw)).toEqual([]);
});
