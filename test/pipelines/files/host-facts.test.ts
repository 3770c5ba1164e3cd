import { expect, test } from "vitest";
import { settings } from "../../../config/schema.ts";
import { hostFacts } from "../../../pipelines/host-facts.ts";
import { NOTHING } from "../../../pipelines/log-privacy.ts";
import { changed, completed, completedLocal, type RawSettings } from "../../support/stack-files.ts";

const sinks = {
  metrics: { url: "https://metrics.example.net/push", username: "1" },
  logs: { url: "https://logs.example.net/push", username: "2" },
};
const factsOf = (raw: RawSettings) => hostFacts(settings.parse(raw), sinks);

const noApp = { id: 0, installation_id: 0 };
const unasked = ["expressions", "bearer_tokens", "email_addresses", "ip_addresses"];
const allLogs = {
  exclude: "",
  redact: Object.fromEntries(unasked.map((name) => [name, NOTHING])),
};
const database = (name: string) => ({
  __address__: `${name}-db-exporter:9187`,
  instance: `${name}-db`,
  job: `postgres_${name}`,
});
const nothing = { repositories: [], polling_host: "", api_url: "" };
const polled = {
  repositories: ["DevSecNinja/truenas-apps", "DevSecNinja/dotfiles"],
  polling_host: "svlnas",
  api_url: "https://api.github.com",
};

// Every key is there, though nothing fills it.
test.each([
  { name: "svlnas", postgres: [database("immich"), database("outline")], github: polled },
  { name: "svlazext", postgres: [], github: nothing },
] as const)("of $name", ({ name, postgres, github }) => {
  expect(factsOf(completed(name))).toEqual({
    name,
    sinks,
    journal: { path: "/var/log/journal" },
    postgres,
    github: { ...github, app: noApp },
    logs: allLogs,
  });
});

test("what a stack sets itself wins: instance, journal directory, GitHub's address", () => {
  const local = changed(completedLocal(), "github", { apiUrl: "http://github-stand-in:8080" });
  const facts = factsOf({
    ...changed(local, "host", { journal: { gid: 1, path: "/run/log/journal" } }),
    postgres: [{ name: "a", exporter: "a:9187", instance: "db.a", network: "a-backend" }],
  });
  expect(facts).toMatchObject({
    journal: { path: "/run/log/journal" },
    postgres: [{ __address__: "a:9187", instance: "db.a", job: "postgres_a" }],
    github: { api_url: "http://github-stand-in:8080" },
  });
});

test.each([
  ["svlnas", { id: 7, installation_id: 70 }],
  ["other", noApp],
])("a GitHub App's numbers reach the host that polls, and no other: %s", (pollingHost, numbers) => {
  const app = { id: 7, installationId: 70 };
  const settings = changed(completed("svlnas"), "github", { app, pollingHost });
  expect(factsOf({ ...settings, githubToken: undefined }).github.app).toEqual(numbers);
});
