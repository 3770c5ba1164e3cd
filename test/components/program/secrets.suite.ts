import { beforeAll, describe, expect, test } from "vitest";
import { commandOf, plain, runsOnHost } from "../../support/commands.ts";
import { mockProgram, type ProgramRun } from "../../support/mock-program.ts";
import { completed, type RawSettings } from "../../support/stack-files.ts";
import { containersOf, stackRun } from "../../support/stack-runs.ts";

const cloudToken = "glc_host-secret";
const ends = (...samples: string[]) =>
  [
    "# HELP host_token_expiry_timestamp_seconds When a token that the host lives on ends, in seconds since 1970.",
    "# TYPE host_token_expiry_timestamp_seconds gauge",
    ...samples.map((sample) => `host_token_expiry_timestamp_seconds${sample}`),
    "",
  ].join("\n");
const cloudEnds = [
  '{token="Grafana Cloud, the host\'s"} 1798761600',
  '{token="Grafana Cloud, verify\'s"} 1798761600',
];
const githubEnd = '{token="GitHub"} 4073544000';
const stacks = [
  {
    stack: "svlnas",
    files: {
      "github-token": "github_pat_secret",
      "logs-password": cloudToken,
      "metrics-password": cloudToken,
      "tokens.prom": ends(...cloudEnds, githubEnd),
    },
  },
  {
    stack: "svlazext",
    files: {
      "logs-password": cloudToken,
      "metrics-password": cloudToken,
      "tokens.prom": ends(...cloudEnds),
    },
  },
  {
    stack: "local",
    files: {
      "github-token": "github_pat_secret",
      "logs-password": "logs-secret",
      "metrics-password": "metrics-secret",
      "tokens.prom": ends(githubEnd),
    },
  },
] as const;
const secrets = /glc_|github_pat_|metrics-secret|logs-secret/;

/** Secret files that a run writes: contents by name. */
function secretFiles(run: ProgramRun): Record<string, string> {
  const prefix = "alloy-files-secret-";
  return Object.fromEntries(
    run.resources
      .filter(({ name }) => name.startsWith(prefix))
      .map((resource) => [resource.name.slice(prefix.length), commandOf(resource).data])
      .sort(),
  );
}

describe.each(stacks)("$stack", ({ stack, files }) => {
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
    const { data, secret } = commandOf(run.named("alloy-accepted"));
    expect(data).toBe(`${files["metrics-password"]}\n${files["logs-password"]}\n`);
    expect(secret).toBe(true);
  });

  test("has no secret in any input that is not one", () => {
    for (const { name, inputs } of run.resources) {
      expect(JSON.stringify(plain(inputs)), name).not.toMatch(secrets);
    }
  });

  test("has no secret in any input of a container, encrypted or not", () => {
    const containers = Object.entries(containersOf(run));
    expect(containers).toHaveLength(3);
    for (const [name, inputs] of containers) {
      expect(JSON.stringify(inputs), name).not.toMatch(secrets);
      expect(plain(inputs), name).toEqual(inputs);
    }
  });

  test("has no secret in a script, an argument, an environment or a name", () => {
    for (const resource of run.resources.filter(({ type }) => type.endsWith(":Command"))) {
      const { create, delete: remove, environment } = resource.inputs;
      const script = runsOnHost(resource) ? commandOf(resource).script : "";
      const shown = [resource.name, script, create, remove, environment];
      expect(JSON.stringify(shown), resource.name).not.toMatch(secrets);
      expect(resource.inputs.logging, resource.name).toBe("none");
      expect(resource.inputs.addPreviousOutputInEnv, resource.name).toBe(false);
    }
  });

  test("shows the configuration in a preview, for nothing in it is secret", () => {
    const { secret, data } = commandOf(run.named("alloy-files-config"));
    expect(secret).toBe(false);
    expect(data).toContain("==> host.json\n");
  });

  test("gives components no input, which would be stored in plain, and returns secrets as such", () => {
    const components = run.resources.filter(({ type }) => type.startsWith("grafana-alloy:"));
    expect(components.length).toBeGreaterThanOrEqual(6);
    for (const { name, inputs } of components) expect(inputs, name).toEqual({});
    const { verify, ...plain } = run.outputs;
    expect(Object.keys(verify as object)).toEqual(["secret"]);
    expect(JSON.stringify(plain)).not.toMatch(secrets);
  });
});

describe("the GitHub token", () => {
  const notPolling = (): RawSettings => {
    const settings = completed("svlnas");
    return { ...settings, github: { ...(settings.github as object), pollingHost: "other" } };
  };

  test("is an empty file on a host that ships the pipeline but does not poll", async () => {
    const { githubToken: _left, ...settings } = notPolling();
    const files = secretFiles(await mockProgram("svlnas", settings));
    expect(files["github-token"]).toBe("");
  });

  test("does not reach a host that does not poll, even if its stack has one", async () => {
    const files = secretFiles(await mockProgram("svlnas", notPolling()));
    expect(files["github-token"]).toBe("");
  });

  test("does not reach a host without the pipeline, even if its stack has one", async () => {
    const settings = { ...completed("svlazext"), githubToken: "github_pat_secret" };
    expect(Object.keys(secretFiles(await mockProgram("svlazext", settings)))).toEqual([
      "logs-password",
      "metrics-password",
      "tokens.prom",
    ]);
  });
});
