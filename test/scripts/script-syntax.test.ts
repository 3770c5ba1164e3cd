import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checksScript } from "../../checks/host/script.ts";
import { keepRunning } from "../../components/agent/keep-running.ts";
import { awaitContainer } from "../../components/files/await-loaded.ts";
import * as scripts from "../../components/files/install-scripts.ts";
import type { InstallSite } from "../../components/files/install-site.ts";
import { installVersion } from "../../components/files/install-version.ts";
import { proveTokens, type TokenProof } from "../../components/files/token-proof.ts";
import { preparationScript } from "../../components/host/host-preparation.ts";
import { scriptRunner } from "../../host-shell/shell.ts";
import { requestOf } from "../checks/host/support/request.ts";

const site: InstallSite = {
  directory: "/mnt/vm-pool/apps/services/alloy",
  initImage: "sha256:init",
  alloyImage: "sha256:alloy",
  uid: 3125,
  gid: 3125,
  alloyMemory: 512,
};

const [account, dataset] = ["svc-app-alloy", "vm-pool/apps/services/alloy"];
const prepared = { directory: site.directory, serviceAccount: { uid: 3125, gid: 3125 } };
const proof: TokenProof = {
  ...{ site, metricsUrl: "https://m", logsUrl: "https://l" },
  ...{ sendsMetrics: true, sendsLogs: true, asked: "taken", stack: "s" },
};

const all = Object.entries({
  prepareHost: scripts.prepareHost(site),
  restoreOwnership: scripts.restoreOwnership(site),
  keepRunning: keepRunning(site, "svlnas"),
  removeDirectories: scripts.removeDirectories(site),
  writeSecret: scripts.writeSecret(site, { name: "github-token", bytes: 8 }),
  removeSecret: scripts.removeSecret(site, "github-token"),
  installVersion: installVersion(site, { version: "0123456789ab", bytes: 9 }),
  awaitContainer: awaitContainer(site, "svlnas"),
  proveTokens: proveTokens(proof),
  scriptRunner: scriptRunner("alloy-loaded"),
  checksScript: checksScript(requestOf()),
  prepareTruenas: preparationScript({
    ...prepared,
    prepare: { type: "truenas", account, dataset },
  }),
  prepareLinux: preparationScript({ ...prepared, prepare: { type: "linux", account } }),
});

/** Shells of hosts and of BusyBox images, as far as this machine has them. */
const shells = [["/bin/sh"], ["/bin/bash", "--posix"], ["/usr/bin/busybox", "sh"]].filter(
  ([program = ""]) => existsSync(program),
);

/** Errors that a shell finds in a script without running it. */
function syntaxErrors([program = "", ...args]: string[], script: string): string {
  const { status, stderr } = spawnSync(program, [...args, "-n"], {
    input: script,
    encoding: "utf8",
  });
  return status === 0 ? "" : stderr;
}

/** Scripts that a script hands to `sh -euc` in a container, as that shell gets them. */
function innerScripts(script: string): string[] {
  const quoted = script.matchAll(/sh -euc ('(?:[^']|'\\'')*'(?:\\''[^']*')*)/g);
  return [...quoted].map(([, word = ""]) => word.slice(1, -1).replaceAll(`'\\''`, "'"));
}

describe.each(shells.map((shell) => ({ name: shell.join(" "), shell })))(
  "$name reads",
  ({ shell }) => {
    test.each(all)("%s", (_name, script) => {
      expect(syntaxErrors(shell, script)).toBe("");
      for (const inner of innerScripts(script)) expect(syntaxErrors(shell, inner)).toBe("");
    });

    test("no broken script", () => {
      expect(syntaxErrors(shell, "if true; then echo")).not.toBe("");
    });
  },
);

test("the scripts inside scripts are found", () => {
  const script = installVersion(site, { version: "0123456789ab", bytes: 9 });
  expect(innerScripts(script).join("\n")).toContain(`missing="the agent's answer"`);
});
