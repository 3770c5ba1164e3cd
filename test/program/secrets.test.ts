import { beforeAll, describe, expect, test } from "vitest";
import { commandOf, plain, runsOnHost } from "../support/commands.ts";
import { mockProgram, type ProgramRun } from "../support/mock-program.ts";
import { changed, completed } from "../support/stack-files.ts";
import { stackRun } from "../support/stack-runs.ts";

const ends = (...samples: string[]) =>
  [
    "# HELP host_token_expiry_timestamp_seconds When a token of the host expires, in seconds since 1970.",
    "# TYPE host_token_expiry_timestamp_seconds gauge",
    ...samples.map((sample) => `host_token_expiry_timestamp_seconds{token="${sample}`),
    "",
  ].join("\n");
const cloudEnds = [
  "Grafana Cloud, the host's\"} 1798761600",
  "Grafana Cloud, verify's\"} 1798761600",
];
const githubEnd = 'GitHub"} 4073544000';
const cloud = { "logs-password": "glc_host-secret", "metrics-password": "glc_host-secret" };
const own = { "logs-password": "logs-secret", "metrics-password": "metrics-secret" };
const github = { "github-token": "github_pat_secret" };
const secrets = /glc_|github_pat_|metrics-secret|logs-secret/;

/** Secret files that a run writes: contents by name. */
function secretFiles(run: ProgramRun): Record<string, string> {
  const prefix = "alloy-files-secret-";
  const files = run.resources.filter(({ name }) => name.startsWith(prefix));
  return Object.fromEntries(
    files.map((file) => [file.name.slice(prefix.length), commandOf(file).data]),
  );
}

describe.each([
  { stack: "svlnas", files: { ...cloud, ...github, "tokens.prom": ends(...cloudEnds, githubEnd) } },
  { stack: "svlazext", files: { ...cloud, "tokens.prom": ends(...cloudEnds) } },
  { stack: "local", files: { ...own, ...github, "tokens.prom": ends(githubEnd) } },
] as const)("$stack", ({ stack, files }) => {
  let run: ProgramRun;
  beforeAll(async () => {
    run = await stackRun(stack);
  });

  test("writes these secret files and no other, each encrypted in the state file", () => {
    expect(secretFiles(run)).toEqual(files);
    for (const name of Object.keys(files)) {
      expect(commandOf(run.named(`alloy-files-secret-${name}`)).secret, name).toBe(true);
    }
  });

  test("has what the agent pushes with proven, in the order in which the proof reads it", () => {
    expect(commandOf(run.named("alloy-accepted"))).toMatchObject({
      data: `${files["metrics-password"]}\n${files["logs-password"]}\n`,
      secret: true,
    });
  });

  test("has no secret in any input that is not one, and none at all in a container's", () => {
    for (const { name, type, inputs } of run.resources) {
      expect(JSON.stringify(plain(inputs)), name).not.toMatch(secrets);
      if (type.endsWith(":Container")) expect(plain(inputs), name).toEqual(inputs);
    }
  });

  test("has no secret in a script, an argument, an environment or a log", () => {
    for (const resource of run.resources.filter(({ type }) => type.endsWith(":Command"))) {
      const { name, inputs } = resource;
      const script = runsOnHost(resource) ? commandOf(resource).script : "";
      const shown = [script, inputs.create, inputs.delete, inputs.environment];
      expect(JSON.stringify(shown), name).not.toMatch(secrets);
      expect(inputs.logging, name).toBe("none");
      // The checks print nothing but the host's address, which the next ones compare.
      expect(inputs.addPreviousOutputInEnv, name).toBe(name === "host-checks");
    }
  });

  test("shows the configuration in a preview, for nothing in it is secret", () => {
    const { data, secret } = commandOf(run.named("alloy-files-config"));
    expect(secret).toBe(false);
    expect(data).toContain("==> host.json\n");
    expect(data).not.toMatch(secrets);
  });

  test("gives components no input, which would be stored in plain, and returns secrets as such", () => {
    const components = run.resources.filter(({ type }) => type.startsWith("grafana-alloy:"));
    for (const { name, inputs } of components) expect(inputs, name).toEqual({});
    const { verify, ...others } = run.outputs;
    expect(verify).toEqual({ secret: expect.anything() });
    expect(JSON.stringify(others)).not.toMatch(secrets);
  });
});

describe("a GitHub token", () => {
  const elsewhere = changed(completed("svlnas"), "github", { pollingHost: "svlazext" });

  test.each([
    ["without one", { ...elsewhere, githubToken: undefined }],
    ["with one", elsewhere],
  ])(
    "is an empty file on a host that ships the pipeline but does not poll: stack %s",
    async (_, settings) => {
      expect(secretFiles(await mockProgram("svlnas", settings))["github-token"]).toBe("");
    },
  );

  test("does not reach a host without the pipeline, even if its stack has one", async () => {
    const settings = { ...completed("svlazext"), githubToken: "github_pat_secret" };
    const files = secretFiles(await mockProgram("svlazext", settings));
    expect(Object.keys(files)).not.toContain("github-token");
  });
});
