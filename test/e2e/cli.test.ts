import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { repoDir } from "../../lab/paths.ts";
import { cloneProject, type Project } from "../../lab/project.ts";
import { overSsh, withSimulatedCloud } from "../../lab/settings.ts";
import { type Sshd, startSshd } from "../../lab/sshd.ts";
import { speedUp } from "./support/fast-pipelines.ts";
import { emptyLab, settingsOf, type TestLab } from "./support/lab.ts";

const apiUrl = "grafana-alloy:github.apiUrl";
const cloudToken = "grafana:cloudAccessPolicyToken";

let lab: TestLab;
let project: Project;
/** Stands for the 60 s between two scrapes. */
const SCRAPE_SECONDS = 10;
/** Id of an access policy that Grafana Cloud has before the stack is deployed. */
let leftOver: string;

beforeAll(async () => {
  lab = await emptyLab();
  const { workspace } = await lab.stack("svlnas", await settingsOf(lab, "svlnas"));
  project = await cloneProject(workspace.pulumiCommand.command, workspace.envVars);
  await speedUp(join(project.directory, "pipelines"), SCRAPE_SECONDS);
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
Stack svlnas: 8 faults in the configuration, nothing was changed.
  host.connection.hostKey: is missing
    pulumi config set --stack svlnas --path 'grafana-alloy:host.connection.hostKey' "$(ssh-keyscan -t ed25519 HOST | cut -d' ' -f2-)"
  ingress.domain: is missing
    pulumi config set --stack svlnas --path 'grafana-alloy:ingress.domain' example.org
  grafanaCloud: is missing, and so is sinks. Set it for Grafana Cloud, or sinks.metrics.url and sinks.logs.url for your own Prometheus and Loki
    pulumi config set --stack svlnas --path 'grafana-alloy:grafanaCloud.stackSlug' mystack
  cloudAccessPolicyToken: is missing: grafanaCloud needs it
    pulumi config set --stack svlnas --secret grafana:cloudAccessPolicyToken
  githubToken: is missing: this host polls GitHub
    npm run github-token -- --stack svlnas
  registry.address: is missing: images.alloy is at dhi.io, which requires a login
    pulumi config set --stack svlnas --path 'grafana-alloy:registry.address' dhi.io
  registry.username: is missing: images.alloy is at dhi.io, which requires a login
    pulumi config set --stack svlnas --path 'grafana-alloy:registry.username' myaccount
  registryPassword: is missing: images.alloy is at dhi.io, which requires a login
    pulumi config set --stack svlnas --secret grafana-alloy:registryPassword`);
    expect(output).not.toMatch(stackTrace);
    // Its GitHub is the lab's: the token that the tests have is none of the real one.
    const { url, token } = lab.world.github;
    await project.run(`pulumi config set --stack svlnas --path '${apiUrl}' ${url}`);
    const cloudUrl = "grafana-alloy:grafanaCloud.apiUrl";
    await project.run(`pulumi config set --stack svlnas --path '${cloudUrl}' ${lab.cloud.apiUrl}`);
    const unencrypted = `'grafana-alloy:unencryptedHosts[0]' ${new URL(url).hostname}`;
    await project.run(`pulumi config set --stack svlnas --path ${unencrypted}`);
    await obey(output);
    const stored = await project.run("npm run github-token -- --stack svlnas", token);
    expect(stored.output).toContain("Stored as grafana-alloy:githubToken of stack svlnas.");
    expect(stored.code).toBe(0);
  });

  test("who has run those commands sees the plan, without a route to the host", async () => {
    const { code, output } = await preview();
    // The 35 of hosts.test.ts, the three images, which the lab's settings do not have pulled, and the preparation.
    expect(output).toMatch(/^ *\+ 39 to create$/m);
    expect(output).not.toContain("error");
    expect(code).toBe(0);
    const stored = await readFile(join(project.directory, "Pulumi.svlnas.yaml"), "utf8");
    for (const secret of [lab.world.github.token, lab.cloud.bootstrapToken]) {
      expect(secret.length).toBeGreaterThan(20);
      expect(output.includes(secret), "the output holds a secret").toBe(false);
      expect(stored.includes(secret), "Pulumi.svlnas.yaml holds a secret").toBe(false);
    }
  });

  test("is told by which command an access policy that exists already is adopted", async () => {
    const left = { displayName: "left over", scopes: ["metrics:read"], region: "prod-eu-west-2" };
    const realms = [{ type: "stack", identifier: "4711" }];
    leftOver = lab.cloud.cloud.createPolicy({ ...left, name: "alloy-svlnas", realms }).id;
    const refused = await project.run("pulumi up --stack svlnas --yes --skip-preview");
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain(
      'error: grafanaCloud: Grafana Cloud has an access policy "alloy-svlnas" in prod-eu-west-2 that this stack did not create. ',
    );
    const [command = ""] = /pulumi import .+/.exec(refused.output) ?? [];
    const imported = await project.run(command);
    expect(imported.code, imported.output).toBe(0);
  });

  // What each sentence says in full: components/github-check, components/grafana-cloud-preflight.
  test.each([
    {
      what: "a GitHub token that GitHub refuses",
      set: "--secret grafana-alloy:githubToken",
      value: "github_pat_revoked-long-ago",
      right: () => lab.world.github.token,
      says: "grafana-alloy:githubToken: GitHub refuses it: it has expired or was revoked. ",
    },
    {
      what: "a Grafana Cloud stack that does not exist",
      set: "--path grafana-alloy:grafanaCloud.stackSlug",
      value: "nosuchstack",
      right: () => lab.cloud.stackSlug,
      says: 'grafanaCloud.stackSlug: there is no Grafana Cloud stack "nosuchstack" that ',
    },
    {
      what: "a bootstrap token that Grafana Cloud refuses",
      set: `--secret ${cloudToken}`,
      value: "glc_revoked-long-ago",
      right: () => lab.cloud.bootstrapToken,
      says: "grafana:cloudAccessPolicyToken: Grafana Cloud refuses the bootstrap token ",
    },
  ])(
    "reads one sentence about $what, and nothing is planned",
    async ({ set, value, right, says }) => {
      const store = (input: string) =>
        project.run(`pulumi config set --stack svlnas ${set}`, input);
      await store(value);
      const { code, output } = await preview();
      await store(right());
      expect(code).not.toBe(0);
      const said = errorIn(output) ?? "";
      expect([said.slice(0, says.length), said.split("\n").length]).toEqual([says, 1]);
      expect(output).not.toMatch(stackTrace);
      expect(output).not.toMatch(/_revoked|alloy-container/);
    },
  );
});

describe("an empty host and two tokens", () => {
  test("one command deploys and proves that every signal arrives", async () => {
    const sshd = await startSshd(lab.docker);
    try {
      await pointAtLab(sshd);
      const { code, output } = await project.run(
        "npm run deploy -- --stack svlnas --yes --timeout 300",
      );
      expect(code, output).toBe(0);
      expect(output).toMatch(/\n\d+ ok(, \d+ to check)?$/);
      // The policy that was left over is this stack's now, with its scopes, and goes with it.
      expect(lab.cloud.cloud.policy(leftOver)?.scopes).toEqual(["logs:write", "metrics:write"]);
      // What the next checks compare with the address that they are told.
      const { output: state } = await project.run("pulumi stack export --stack svlnas");
      const { resources } = JSON.parse(state.slice(state.indexOf("{"))).deployment;
      const isChecks = ({ urn }: { urn: string }) => urn.endsWith("::host-checks");
      expect(resources.find(isChecks).outputs.stdout).toBe(sshd.host);
      const gone = await project.run("pulumi destroy --stack svlnas --yes --skip-preview");
      expect(gone.code, gone.output).toBe(0);
      expect(lab.cloud.cloud.policy(leftOver)).toBeUndefined();
    } finally {
      await sshd.stop();
    }
  });
});

/** The stack's file with the lab's host behind it: no Traefik nor registry there, and another host polls GitHub. */
async function pointAtLab(sshd: Sshd): Promise<void> {
  const file = join(project.directory, "Pulumi.svlnas.yaml");
  const other = "Pulumi.svlazext.yaml";
  await cp(join(repoDir, other), join(project.directory, other));
  const stored = parse(await readFile(file, "utf8"));
  const settings = withSimulatedCloud(overSsh(await settingsOf(lab, "svlnas"), sshd), lab.cloud);
  const { cloudAccessPolicyToken: _, githubToken: __, ...plain } = settings;
  const wanted = {
    ...plain,
    pipelines: (plain.pipelines as string[]).filter((name) => name !== "traefik"),
    github: { ...(plain.github as object), pollingHost: "svlazext" },
  };
  delete stored.config["grafana-alloy:registryPassword"];
  for (const key of Object.keys(stored.config)) {
    if (key.startsWith("grafana-alloy:") && !stored.config[key].secure) delete stored.config[key];
  }
  for (const [name, value] of Object.entries(wanted))
    stored.config[`grafana-alloy:${name}`] = value;
  await writeFile(file, stringify(stored));
}

/** Frames of a JavaScript stack, or what the SDK says above them. */
const stackTrace = /^\s+at .+:\d+|unhandled exception/m;

const preview = () => project.run("pulumi preview --stack svlnas --non-interactive");

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
  if (command.includes("--secret")) return project.run(command, lab.cloud.bootstrapToken);
  const [, start = "", path = ""] = /^(.+ '(\S+)') /.exec(command) ?? [];
  const values: Record<string, string> = {
    // Any key: a preview reaches no host that could show another one.
    "grafana-alloy:host.connection.hostKey": `ssh-ed25519 ${"A".repeat(68)}`,
    "grafana-alloy:ingress.domain": "example.org",
    "grafana-alloy:registry.address": "dhi.io",
    "grafana-alloy:registry.username": "myaccount",
    "grafana-alloy:grafanaCloud.stackSlug": lab.cloud.stackSlug,
  };
  return project.run(`${start} '${values[path]}'`);
}
