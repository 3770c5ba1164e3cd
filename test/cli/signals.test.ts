import { expect, test } from "vitest";
import { checksOf, selfChecksOf } from "../../cli/verify/checks.ts";
import type { VerifyFacts } from "../../telemetry/facts.ts";
import { signalsOf } from "../../telemetry/signals.ts";
import { bareFacts, factsOf } from "./support/facts.ts";

const rows = (facts: VerifyFacts) =>
  signalsOf(facts).map(({ id, kind, query, freshSeconds }) => [id, kind, query, freshSeconds]);
const now = new Date("2027-01-01T00:00:00Z");

const common = (host: string) => [
  [
    "host",
    "metrics",
    `node_uname_info{job="integrations/node_exporter",instance="${host}",host="${host}"}`,
    180,
  ],
  ["containers", "logs", `{host="${host}",job="docker"}`, 600],
  ["journal", "logs", `{host="${host}",job="integrations/node_exporter"}`, 43_200],
  ["traefik", "metrics", `up{job="traefik",host="${host}"} == 1`, 180],
];
const database = (host: string, name: string) => {
  const labels = `{job="postgres_${name}",instance="${name}-db",host="${host}"}`;
  return [
    [`postgres_${name}`, "metrics", `up${labels} == 1`, 180],
    [`postgres_${name}-db`, "metrics", `pg_up${labels} == 1`, 180],
  ];
};
const repository = (host: string, name: string) => [
  `github-DevSecNinja/${name}`,
  "metrics",
  `last_over_time(github_repo_stars{job="integrations/github_exporter",host="${host}",user=~"(?i)DevSecNinja",repo=~"(?i)${name}"}[1500s])`,
  1500,
];
const github = (host: string) => [
  [
    "github",
    "metrics",
    `last_over_time(up{job="integrations/github_exporter",host="${host}"}[1500s]) == 1`,
    1500,
  ],
  repository(host, "truenas-apps"),
  repository(host, "dotfiles"),
];
const self = (host: string) => ["self", "metrics", `up{job="alloy",host="${host}"} == 1`, 180];

test.each(["svlnas", "local"] as const)("of %s: every row of docs/service.md", (host) => {
  expect(rows(factsOf(host))).toEqual([
    ...common(host),
    ...database(host, "immich"),
    ...database(host, "outline"),
    ...github(host),
    self(host),
  ]);
});

test("of svlazext: neither databases nor GitHub", () => {
  expect(rows(factsOf("svlazext"))).toEqual([...common("svlazext"), self("svlazext")]);
});

test("each says what to do when it is missing, with a command", () => {
  for (const signal of signalsOf(factsOf("svlnas"))) {
    expect(signal.advice, signal.id).toMatch(/`[^`]+`/);
  }
});

test("ids and check ids are unique, and GitHub's silence is checked where it is not polled", () => {
  const ids = (facts: VerifyFacts) =>
    [...signalsOf(facts), ...checksOf(facts, now), ...selfChecksOf(facts)].map(({ id }) => id);
  for (const stack of ["svlnas", "svlazext", "local"] as const) {
    const all = ids(factsOf(stack));
    expect(new Set(all).size).toBe(all.length);
    expect(all.includes("github-silent")).toBe(stack === "svlazext");
  }
  const svlnas = factsOf("svlnas");
  const github = { repositories: ["a/b"], polls: false };
  expect(ids({ ...svlnas, github })).toContain("github-silent");
  expect(ids({ ...svlnas, github })).not.toContain("github");
});

test("names are matched without regard to case, dots literally; quotes are escaped", () => {
  const facts: VerifyFacts = {
    ...bareFacts,
    host: 'a"b',
    pipelines: ["github"],
    github: { repositories: ["me/site.io"], polls: true },
  };
  expect(signalsOf(facts)[1]?.query).toContain(
    String.raw`{job="integrations/github_exporter",host="a\"b",user=~"(?i)me",repo=~"(?i)site[.]io"}`,
  );
});

test("GitHub, polled every 10 min, is waited for longer than what is scraped every minute", () => {
  const waits = signalsOf(factsOf("svlnas")).map(({ id, waitSeconds }) => [id, waitSeconds]);
  expect(waits.filter(([id]) => `${id}`.startsWith("github"))).toEqual([
    ["github", 720],
    ["github-DevSecNinja/truenas-apps", 720],
    ["github-DevSecNinja/dotfiles", 720],
  ]);
  const others = waits.filter(([id]) => !`${id}`.startsWith("github"));
  expect(new Set(others.map(([, seconds]) => seconds))).toEqual(new Set([180]));
});
