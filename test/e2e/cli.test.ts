import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cloneProject, type Project } from "../../lab/project.ts";
import { emptyLab, settingsOf, type TestLab } from "./support/lab.ts";

let lab: TestLab;
let project: Project;

beforeAll(async () => {
  lab = await emptyLab();
  const { workspace } = await lab.stack("svlnas", await settingsOf(lab, "svlnas"));
  project = await cloneProject(workspace.pulumiCommand.command, workspace.envVars);
  await project.run("pulumi stack init svlnas --no-select");
});

afterAll(async () => {
  await project?.remove();
  await lab?.close();
});

describe("an operator with the ordinary CLI", () => {
  test("is told what svlnas needs, each with its command", async () => {
    const { code, output } = await preview();
    expect(code).not.toBe(0);
    expect(errorIn(output)).toBe(`\
Stack svlnas: 5 faults in the configuration, nothing was changed.
  host.connection.hostKey: is missing
    pulumi config set --stack svlnas --path 'grafana-alloy:host.connection.hostKey' "$(ssh-keyscan -t ecdsa HOST | cut -d' ' -f2-)"
  ingress.domain: is missing
    pulumi config set --stack svlnas --path 'grafana-alloy:ingress.domain' example.org
  grafanaCloud: is missing, and so is sinks: one of them says where the data goes
    pulumi config set --stack svlnas --path 'grafana-alloy:grafanaCloud.stackSlug' mystack
  cloudAccessPolicyToken: is missing: grafanaCloud needs it
    pulumi config set --stack svlnas --secret grafana:cloudAccessPolicyToken
  githubToken: is missing: this host polls GitHub
    pulumi config set --stack svlnas --secret grafana-alloy:githubToken`);
    expect(output).not.toMatch(stackTrace);
    await obey(output);
    // Its GitHub is the lab's: the token that the tests have is none of the real one.
    const { url } = lab.world.github;
    await project.run(`pulumi config set --stack svlnas --path '${apiUrl}' ${url}`);
  });

  test("who has run those commands sees the plan, without a route to the host", async () => {
    const { code, output } = await preview();
    // The 30 of hosts.test.ts, and the three images, which the lab's settings do not have pulled.
    expect(output).toMatch(/^ *\+ 33 to create$/m);
    expect(output).not.toContain("error");
    expect(code).toBe(0);
    const stored = await readFile(join(project.directory, "Pulumi.svlnas.yaml"), "utf8");
    for (const secret of Object.values(secrets())) {
      expect(secret.length).toBeGreaterThan(20);
      expect(output.includes(secret), "the output holds a secret").toBe(false);
      expect(stored.includes(secret), "Pulumi.svlnas.yaml holds a secret").toBe(false);
    }
  });

  test("reads one sentence about a Grafana Cloud stack that does not exist", async () => {
    const path = "grafana-alloy:grafanaCloud.stackSlug";
    await project.run(`pulumi config set --stack svlnas --path '${path}' nosuchstack`);
    const { code, output } = await preview();
    expect(code).not.toBe(0);
    expect(errorIn(output)).toBe(
      'grafanaCloud.stackSlug: there is no Grafana Cloud stack "nosuchstack" that the bootstrap token can read. ' +
        "Its slug is the first part of its address, SLUG.grafana.net: " +
        `pulumi config set --stack svlnas --path '${path}' SLUG`,
    );
    expect(output).not.toMatch(stackTrace);
    expect(output, "nothing is planned").not.toContain("alloy-container");
  });

  test("reads one sentence about a bootstrap token that Grafana Cloud refuses", async () => {
    const set = "pulumi config set --stack svlnas --secret grafana:cloudAccessPolicyToken";
    await project.run(set, "glc_revoked-long-ago");
    const { code, output } = await preview();
    expect(code).not.toBe(0);
    const said = errorIn(output) ?? "";
    expect(said).toMatch(/^grafana:cloudAccessPolicyToken: Grafana Cloud could not be asked/);
    expect(said).toContain("needs accesspolicies:read, accesspolicies:write");
    expect(said.endsWith(set)).toBe(true);
    expect(output).not.toMatch(stackTrace);
    expect(output).not.toContain("glc_revoked");
  });
});

const apiUrl = "grafana-alloy:github.apiUrl";

/** Frames of a JavaScript stack, or what the SDK says above them. */
const stackTrace = /^\s+at .+:\d+|unhandled exception/m;

function preview() {
  return project.run("pulumi preview --stack svlnas --non-interactive");
}

/** The one error of a run, as it is indented below `Diagnostics:`. */
function errorIn(output: string): string | undefined {
  return /^ {4}error: (.*?)\n\n/ms.exec(output)?.[1]?.replaceAll(/^ {4}(?= )/gm, "");
}

/** Runs the commands that a message printed, with real values in place of the examples. */
async function obey(output: string): Promise<void> {
  for (const [command] of output.matchAll(/pulumi config set .+/g)) {
    const { code, output: said } = await setSetting(command);
    expect(code, said).toBe(0);
  }
}

/** A secret is typed or piped; every other value stands at the end, after the quoted path. */
function setSetting(command: string) {
  const secret = /--secret (\S+)$/.exec(command)?.[1];
  if (secret) return project.run(command, secrets()[secret]);
  const [, start = "", path = ""] = /^(.+ '(\S+)') /.exec(command) ?? [];
  return project.run(`${start} '${values()[path]}'`);
}

function values(): Record<string, string> {
  return {
    // Any key: a preview reaches no host that could show another one.
    "grafana-alloy:host.connection.hostKey": `ssh-ed25519 ${"A".repeat(68)}`,
    "grafana-alloy:ingress.domain": "example.org",
    "grafana-alloy:grafanaCloud.stackSlug": lab.cloud.stackSlug,
  };
}

function secrets(): Record<string, string> {
  return {
    "grafana-alloy:githubToken": lab.world.github.token,
    "grafana:cloudAccessPolicyToken": lab.cloud.bootstrapToken,
  };
}
