import { expect, test } from "vitest";
import { settings } from "../../../config/schema.ts";
import { hostFacts } from "../../../pipelines/host-facts.ts";
import { NOTHING } from "../../../pipelines/log-privacy.ts";
import { completed, completedLocal, type RawSettings } from "../../support/stack-files.ts";

const sinks = {
  metrics: { url: "https://metrics.example.net/push", username: "1" },
  logs: { url: "https://logs.example.net/push", username: "2" },
};
const factsOf = (raw: RawSettings) => hostFacts(settings.parse(raw), sinks);

const allLogs = {
  exclude: "",
  redact: {
    expressions: NOTHING,
    bearer_tokens: NOTHING,
    email_addresses: NOTHING,
    ip_addresses: NOTHING,
  },
};

test("of svlnas: two databases and the two repositories that it polls", () => {
  expect(factsOf(completed("svlnas"))).toEqual({
    name: "svlnas",
    sinks,
    journal: { path: "/var/log/journal" },
    postgres: [
      {
        __address__: "immich-db-exporter:9187",
        instance: "immich-db",
        job: "postgres_immich",
      },
      {
        __address__: "outline-db-exporter:9187",
        instance: "outline-db",
        job: "postgres_outline",
      },
    ],
    github: {
      repositories: ["DevSecNinja/truenas-apps", "DevSecNinja/dotfiles"],
      polling_host: "svlnas",
      app: { id: 0, installation_id: 0 },
      api_url: "https://api.github.com",
    },
    logs: allLogs,
  });
});

test("of svlazext: every key is there, though nothing fills it", () => {
  expect(factsOf(completed("svlazext"))).toEqual({
    name: "svlazext",
    sinks,
    journal: { path: "/var/log/journal" },
    postgres: [],
    github: { repositories: [], polling_host: "", api_url: "", app: { id: 0, installation_id: 0 } },
    logs: allLogs,
  });
});

test("what a stack sets itself wins: instance, journal directory, GitHub's address", () => {
  const local = completedLocal();
  const facts = factsOf({
    ...local,
    host: { ...(local.host as object), journal: { gid: 1, path: "/run/log/journal" } },
    postgres: [{ name: "a", exporter: "a:9187", instance: "db.a", network: "a-backend" }],
    github: { ...(local.github as object), apiUrl: "http://github-stand-in:8080" },
  });
  expect(facts).toMatchObject({
    journal: { path: "/run/log/journal" },
    postgres: [{ __address__: "a:9187", instance: "db.a", job: "postgres_a" }],
    github: { api_url: "http://github-stand-in:8080" },
  });
});

test("a GitHub App's numbers reach the host that polls, and no other", () => {
  const { githubToken: _, ...settings } = completed("svlnas");
  const app = { id: 7, installationId: 70 };
  const github = { ...(settings.github as object), app };
  expect(factsOf({ ...settings, github }).github.app).toEqual({ id: 7, installation_id: 70 });
  const elsewhere = { ...github, pollingHost: "other" };
  expect(factsOf({ ...settings, github: elsewhere }).github.app).toEqual({
    id: 0,
    installation_id: 0,
  });
});
