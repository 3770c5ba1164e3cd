import { expect, test } from "vitest";
import { resultOf } from "../../cli/verify/checks/check.ts";
import { checksOf, selfChecksOf } from "../../cli/verify/checks.ts";
import { failed } from "../../cli/verify/result.ts";
import type { VerifyFacts } from "../../telemetry/facts.ts";
import { bareFacts } from "./support/facts.ts";
import { line, sample } from "./support/verdicts.ts";

const facts: VerifyFacts = {
  ...bareFacts,
  pipelines: ["containers"],
  logs: {
    exclude: { containers: ["vaultwarden", "a.b"], composeServices: ["outline/db", "mail"] },
    redact: {
      patterns: ["ipAddresses", "emailAddresses", "bearerTokens"],
      expressions: ["session=(\\w+)"],
    },
  },
};
const LISTS =
  "never sent: container vaultwarden, container a.b, compose service outline/db, compose service mail; replaced: IP addresses, e-mail addresses, bearer tokens, `session=(\\w+)`";

const checkOf = (of: VerifyFacts) => {
  const checks = [...checksOf(of, new Date()), ...selfChecksOf(of)];
  const find = (id: string) => checks.find((check) => check.id === id);
  return { privacy: find("log-privacy"), kept: find("kept-lines") };
};
const { privacy, kept } = checkOf(facts);
if (!privacy || !kept) throw new Error("a check is missing");

test("asks for the last minute of each excluded container and service, until none is left", () => {
  expect(privacy.metrics).toEqual([]);
  expect(privacy.logs).toEqual({
    queries: [
      '{host="svlnas",job="docker",container=~"vaultwarden|a[.]b"}',
      '{host="svlnas",job="docker",compose_service="db",compose_project="outline"}',
      '{host="svlnas",job="docker",compose_service="mail"}',
    ],
    seconds: 60,
  });
  expect(privacy.again?.waitSeconds).toBe(180);
});

test("no such line: ok, with the list of what is kept", () => {
  expect(resultOf(privacy, { metrics: [], logs: [] })).toEqual({
    signal: "log-privacy",
    title: "logs kept on the host",
    query: '{host="svlnas",job="docker",container=~"vaultwarden|a[.]b"}',
    count: 0,
    unit: "lines",
    state: "ok",
    detail: LISTS,
  });
});

test("such lines are unwanted; one that two selectors find counts once", () => {
  const one = line({ container: "vaultwarden" });
  const logs = [one, one, { ...one, time: 1n }, line({ container: "outline-db-1" })];
  const row = resultOf(privacy, { metrics: [], logs });
  expect(row).toMatchObject({ count: 3, unit: "lines", state: "unwanted", detail: LISTS });
  expect(row.advice).toBe(
    "Lines of outline-db-1, vaultwarden arrived within the last minute. Right after a change ask again in a minute; if they stay, the exclusion is not in force: `readlink config/current` in the service's directory on svlnas must end with the stack's output configVersion, else `pulumi up`.",
  );
  expect(failed(row)).toBe(true);
});

test("only redaction: the list, and nothing is asked", () => {
  const { exclude } = bareFacts.logs;
  const redact = { patterns: ["ipAddresses" as const], expressions: [] };
  const only = checkOf({ ...facts, logs: { exclude, redact } });
  expect(only.kept).toBeUndefined();
  expect(only.privacy?.logs?.queries).toEqual([]);
  expect(only.privacy?.evaluate({ metrics: [], logs: [] })).toEqual({
    count: 0,
    unit: "lines",
    state: "ok",
    detail: "replaced: IP addresses",
  });
});

test("nothing kept, no check", () => {
  expect(checkOf({ ...facts, logs: bareFacts.logs })).toEqual({});
});

test("how many lines the exclusion kept in the last hour", () => {
  const counter = (name: string) =>
    `${name}{job="alloy",instance="svlnas",component_id="loki.relabel.containers"}`;
  const hour = (name: string) =>
    `sum(((${counter(name)} unless ${counter(name)} offset 1h) or increase(${counter(name)}[1h])))`;
  expect(kept.metrics).toEqual([
    `${hour("loki_relabel_entries_processed")} - ${hour("loki_relabel_entries_written")}`,
  ]);
  const found = (metrics: ReturnType<typeof sample>[]) =>
    kept.evaluate({ metrics: [metrics], logs: [] });
  const row = { unit: "lines", state: "ok" };
  expect(found([sample(1234.4)])).toEqual({
    ...row,
    count: 1234,
    detail: "1,234 lines kept in the last hour",
  });
  expect(found([sample(-0.3)])).toMatchObject({ count: 0 });
  expect(found([])).toEqual({ ...row, count: 0, detail: "not counted yet" });
});
