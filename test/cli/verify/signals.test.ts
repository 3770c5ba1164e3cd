import { expect, test } from "vitest";
import { signalsOf } from "../../../telemetry/signals.ts";
import { bareFacts, factsOf } from "../support/facts.ts";

const NODE = 'job="integrations/node_exporter"';
const OF = '{job="docker",instance="svlnas",host="svlnas"}';
const POLL = 'job="integrations/github_exporter",host="svlnas"';
const stars = (name: string) =>
  `last_over_time(github_repo_stars{${POLL},user=~"(?i)DevSecNinja",repo=~"(?i)${name}"}[1500s])`;
const database = (name: string) =>
  `{job="postgres_${name}",instance="${name}-db",host="svlnas"} == 1`;

test("of svlnas: every row of docs/service.md; GitHub, polled every 10 min, is waited for longer", () => {
  const signals = signalsOf(factsOf("svlnas"));
  expect(signals.map((one) => [one.id, one.query, one.freshSeconds, one.waitSeconds])).toEqual([
    ["host", `node_uname_info{${NODE},instance="svlnas",host="svlnas"}`, 180, 180],
    ["containers", '{host="svlnas",job="docker"}', 600, 180],
    [
      "container-metrics",
      `container_processes${OF} and on (host, container_id) container_info${OF}`,
      180,
      180,
    ],
    ["journal", `{host="svlnas",${NODE}}`, 43_200, 180],
    ["traefik", 'up{job="traefik",host="svlnas"} == 1', 180, 180],
    ["postgres_immich", `up${database("immich")}`, 180, 180],
    ["postgres_immich-db", `pg_up${database("immich")}`, 180, 180],
    ["postgres_outline", `up${database("outline")}`, 180, 180],
    ["postgres_outline-db", `pg_up${database("outline")}`, 180, 180],
    ["github", `last_over_time(up{${POLL}}[1500s]) == 1`, 1500, 720],
    ["github-DevSecNinja/truenas-apps", stars("truenas-apps"), 1500, 720],
    ["github-DevSecNinja/dotfiles", stars("dotfiles"), 1500, 720],
    ["self", 'up{job="alloy",host="svlnas"} == 1', 180, 180],
  ]);
  // Each says what to do when it is missing, with a command.
  expect(signals.filter(({ advice }) => !/`[^`]+`/.test(advice))).toEqual([]);
});

test("of svlazext: neither databases nor GitHub", () => {
  const ids = signalsOf(factsOf("svlazext")).map(({ id }) => id);
  expect(ids).toEqual(["host", "containers", "container-metrics", "journal", "traefik", "self"]);
});

test("names are matched without regard to case, dots literally; quotes are escaped", () => {
  const github = { repositories: ["me/site.io"], polls: true };
  const facts = { ...bareFacts, host: 'a"b', pipelines: ["github" as const], github };
  expect(signalsOf(facts)[1]?.query).toContain(
    String.raw`{job="integrations/github_exporter",host="a\"b",user=~"(?i)me",repo=~"(?i)site[.]io"}`,
  );
});
