import { expect, test } from "vitest";
import { resultOf } from "../../../cli/verify/checks/check.ts";
import { tokenEnd } from "../../../cli/verify/checks/token-end.ts";
import { checksOf, selfChecksOf, selfUnknown } from "../../../cli/verify/checks.ts";
import type { Token, VerifyFacts } from "../../../telemetry/facts.ts";
import { bareFacts, factsOf, tokens } from "../support/facts.ts";

const logs = (change: Partial<VerifyFacts["logs"]["exclude"]>, patterns: "ipAddresses"[] = []) => ({
  exclude: { ...bareFacts.logs.exclude, ...change },
  redact: { patterns, expressions: [] },
});
const containers = { pipelines: ["containers" as const] };
const github = { repositories: ["a/b"], polls: false };

test.each<[what: string, id: string, facts: Partial<VerifyFacts>, made: boolean]>([
  ["container logs", "disk-full", containers, true],
  [
    "other containers excluded",
    "disk-full",
    { ...containers, logs: logs({ containers: ["x"], composeServices: ["outline/alloy"] }) },
    true,
  ],
  ["no container logs", "disk-full", { pipelines: ["host"] }, false],
  [
    "Alloy's container excluded",
    "disk-full",
    { ...containers, logs: logs({ containers: ["alloy"] }) },
    false,
  ],
  [
    "its service excluded",
    "disk-full",
    { ...containers, logs: logs({ composeServices: ["alloy"] }) },
    false,
  ],
  [
    "its service excluded with its project",
    "disk-full",
    { ...containers, logs: logs({ composeServices: ["alloy/alloy"] }) },
    false,
  ],
  ["host metrics", "disk-space", { pipelines: ["host"] }, true],
  ["no host metrics", "disk-space", { pipelines: ["journal"] }, false],
  ["nothing kept", "log-privacy", containers, false],
  ["only redaction", "log-privacy", { ...containers, logs: logs({}, ["ipAddresses"]) }, true],
  ["only redaction", "kept-lines", { ...containers, logs: logs({}, ["ipAddresses"]) }, false],
  ["an exclusion", "kept-lines", { ...containers, logs: logs({ containers: ["x"] }) }, true],
  ["no GitHub", "github-silent", {}, true],
  ["GitHub polled elsewhere", "github-silent", { pipelines: ["github"], github }, true],
  [
    "GitHub polled here",
    "github-silent",
    { pipelines: ["github"], github: { ...github, polls: true } },
    false,
  ],
  ["no journal", "journal-read", { pipelines: ["host"] }, false],
  ["no logs", "refused-lines", { pipelines: ["host"] }, false],
])("%s: %s", (_, id, facts, made) => {
  const whole = { ...bareFacts, ...facts };
  const ids = [...checksOf(whole, new Date()), ...selfChecksOf(whole)].map((check) => check.id);
  expect(ids.includes(id)).toBe(made);
  expect(new Set(ids).size).toBe(ids.length);
});

test("only redaction: nothing is asked", () => {
  const only = { ...bareFacts, logs: logs({}, ["ipAddresses"]) };
  const check = checksOf(only, new Date()).find(({ id }) => id === "log-privacy");
  expect(check?.logs?.queries).toEqual([]);
  expect(check?.judge({ metrics: [], logs: [], lineCounts: [] }).detail).toBe(
    "replaced: IP addresses",
  );
});

test("without Alloy's own metrics one row says so, and why", () => {
  const facts = factsOf("svlnas");
  expect(selfUnknown(facts).advice).toContain("until Alloy's own metrics arrive");
  expect(selfUnknown({ ...facts, pipelines: ["host"] }).advice).toContain("add `self`");
});

const [ending, endless] = tokens as [Token, Token];
const renew = "`pulumi up --stack svlnas` makes a new one.";

test.each<[now: string, token: Token, finding: object]>([
  ["2098-12-31T12:00:00Z", ending, { count: 31, state: "ok", detail: "it expires on 2099-01-31" }],
  ["2098-12-31T13:00:00Z", ending, { count: 30, state: "ok", detail: "it expires on 2099-01-31" }],
  [
    "2099-01-01T12:00:01Z",
    ending,
    { count: 29, state: "warning", advice: `It expires on 2099-01-31, in 29 days: ${renew}` },
  ],
  [
    "2099-01-30T12:00:00Z",
    ending,
    { count: 1, state: "warning", advice: `It expires on 2099-01-31, in 1 day: ${renew}` },
  ],
  [
    "2099-01-30T12:00:01Z",
    ending,
    {
      count: 0,
      state: "warning",
      advice: `It expires on 2099-01-31, in less than a day: ${renew}`,
    },
  ],
  [
    "2099-01-31T12:00:00Z",
    ending,
    { count: 0, state: "expired", advice: `It expired on 2099-01-31: ${renew}` },
  ],
  [
    "2099-01-01T00:00:00Z",
    { ...ending, expiresAt: "2099-02-11T00:30:00+02:00" },
    { count: 40, state: "ok", detail: "it expires on 2099-02-10" },
  ],
  [
    "2099-01-01T00:00:00Z",
    { ...endless, name: ending.name },
    { count: 0, state: "ok", detail: "its expiry is not known" },
  ],
])("at %s, of a token that ends at $expiresAt", (now, token, finding) => {
  const check = tokenEnd(token, new Date(now));
  expect(resultOf(check, check.judge({ metrics: [], logs: [], lineCounts: [] }))).toEqual({
    signal: "token-grafana-cloud-pushes",
    title: "token Grafana Cloud, pushes",
    query: "",
    unit: "days",
    ...finding,
  });
});
