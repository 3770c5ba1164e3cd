import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { expect, test } from "vitest";
import { hostFaultsMessage } from "../../../checks/host/check.ts";
import { masked } from "../../../cli/fleet/mask.ts";
import { changesSentence, failureSentence } from "../../../cli/fleet/sentence.ts";
import { faultsMessage } from "../../../config/faults.ts";

const stackUrn = "urn:pulumi:a::grafana-alloy::pulumi:pulumi:Stack::grafana-alloy-a";
const commandUrn = "urn:pulumi:a::grafana-alloy::command:remote:Command::alloy-files-config";

const error = (message: string, urn?: string) =>
  ({ diagnosticEvent: { severity: "error", message, urn, color: "never" } }) as EngineEvent;

test.each([
  [undefined, "no changes"],
  [{ same: 24 }, "no changes"],
  [{ create: 24 }, "24 created"],
  [{ same: 20, update: 2, replace: 1, delete: 0 }, "20 unchanged, 2 updated, 1 replaced"],
  [{ refresh: 3 }, "3 refresh"],
] as const)("changes %j: %s", (changes, sentence) => {
  expect(changesSentence(changes, false)).toBe(sentence);
});

test("a preview says what would be", () => {
  expect(changesSentence({ create: 2, delete: 1 }, true)).toBe("2 to create, 1 to delete");
});

test("the first error with a reason, with the resource that it is about", () => {
  const events = [
    error("update failed\n", stackUrn),
    error("<{%fg 1%}>dial tcp: connection refused<{%reset%}>\n", commandUrn),
    error("a later one\n", commandUrn),
  ];
  const said = "alloy-files-config: dial tcp: connection refused";
  expect(failureSentence(events, "error: update failed")).toBe(said);
});

test("a command that failed: how it ended and the last line that it printed, not the command", () => {
  const message = `Process exited with status 1: running "sh -euc 's=\\nwhile' alloy-files-config":\nAlloy says:\nthe old one runs on.\n`;
  expect(failureSentence([error(message, commandUrn)], "")).toBe(
    "alloy-files-config: Process exited with status 1: the old one runs on.",
  );
});

test("faults of the configuration: all of them, without the commands", () => {
  const fault = (path: string) => ({ path, reason: "is missing", fix: `set ${path}` });
  const message = faultsMessage([fault("host.name"), fault("ingress.domain")], "a");
  expect(failureSentence([error(message, stackUrn)], "")).toBe(
    "Stack a: 2 faults in the configuration, nothing was changed: host.name: is missing; ingress.domain: is missing",
  );
});

test("faults of a host: all of them too, without what ran the checks", () => {
  const fault = (path: string) => ({ path, reason: "is wrong", fix: `set ${path}` });
  const faults = hostFaultsMessage("a", [fault("docker"), fault("host.journal.gid")]);
  const message = `exit status 1: running "cd . && exec node checks":\n${faults}\n`;
  const urn = commandUrn.replace("alloy-files-config", "host-checks");
  expect(failureSentence([error(message, urn)], "")).toBe(
    "host-checks: Host a: 2 faults, nothing was changed: docker: is wrong; host.journal.gid: is wrong",
  );
});

test("what the CLI itself says, where the engine says nothing", () => {
  const locked =
    "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`.\n  file:///state: created by root@host\n";
  expect(failureSentence([error("update failed")], locked)).toMatch(
    /^the stack is currently locked by 1 lock\(s\)\. .+ `pulumi cancel`\.$/,
  );
  expect(failureSentence([], "error: no stack named 'b' found\n")).toBe(
    "no stack named 'b' found: pulumi stack init b",
  );
  expect(failureSentence([], "")).toMatch(/gave no reason; the log has all it said$/);
});

test("secrets are masked whatever their form, short ones excepted", () => {
  const secrets = ["s3cret-value", "first line\nsecond line", "abc"];
  expect(masked("x=s3cret-value abc; second line", secrets)).toBe("x=[secret] abc; [secret]");
  expect(masked("got glc_eyJvIjoi==, github_pat_11A_b and ghp_abc", [])).toBe(
    "got [secret], [secret] and [secret]",
  );
});
