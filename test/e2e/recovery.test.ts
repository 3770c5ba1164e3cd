import { randomBytes } from "node:crypto";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { repoDir } from "../../lab/paths.ts";
import type { StackSettings } from "../../lab/stack.ts";
import { joinFrontend } from "../../lab/world.ts";
import { emptyLab, removeTraefik, settingsOf, type TestLab } from "./support/lab.ts";
import { type CommandProject, commandProject } from "./support/project.ts";

/**
 * The commands of docs/recovery.md, run as they stand there, with the name of this stack. Traefik's stand-in is
 * in the agent's network meanwhile, as on a host.
 */

const STACK = "recovered";
const HOST = `recovery-${randomBytes(3).toString("hex")}`;

let lab: TestLab;
let project: CommandProject;
let directory: string;
let documented: string;
/** Put before each command: another passphrase, once the first is lost. */
let environment = "";

beforeAll(async () => {
  lab = await emptyLab();
  documented = await readFile(join(repoDir, "docs", "recovery.md"), "utf8");
  const settings = await settingsOf(lab, "local", withoutSecrets);
  directory = (settings.host as { directory: string }).directory;
  project = await commandProject(lab, STACK, settings);
  await setSecrets();
  await obey("pulumi up --stack svlnas");
  await joinFrontend(lab.docker);
});

afterAll(async () => {
  await removeTraefik(lab);
  await obey("pulumi destroy --stack svlnas");
  await project.remove();
  await rm(directory, { recursive: true });
  await lab.close();
});

function withoutSecrets({ metricsPassword: _, logsPassword: __, ...rest }: StackSettings) {
  const { github: _github, githubToken: _token, postgres: _postgres, ...settings } = rest;
  const host = settings.host as { directory: string };
  return {
    ...settings,
    host: { ...host, name: HOST, directory: host.directory.replace("/local/", `/${HOST}/`) },
    pipelines: ["host", "containers", "journal", "self"],
  };
}

async function setSecrets(): Promise<void> {
  const { metrics, logs } = lab.world;
  for (const [name, { password }] of Object.entries({ metrics, logs })) {
    const key = `grafana-alloy:${name}Password`;
    await obey(`pulumi config set --stack svlnas --secret ${key}`, password);
  }
}

/** Runs a command line as an operator would, and answers yes. */
async function obey(line: string, input?: string): Promise<string> {
  const yes = /pulumi (up|destroy)/.test(line) ? " --yes --skip-preview" : "";
  const text = line.replaceAll("svlnas", STACK) + yes;
  const { code, output } = await project.run(["sh", "-c", environment + text], input);
  expect(code, `${text}\n${output}`).toBe(0);
  return output;
}

/** The same, of a line that docs/recovery.md has. */
function asDocumented(line: string): Promise<string> {
  expect(documented).toContain(line);
  return obey(line);
}

const docker = () => ({ DOCKER_HOST: lab.docker.host });

async function expectService(): Promise<void> {
  for (const name of ["alloy", "alloy-docker-proxy"]) {
    const { State } = await lab.client.getContainer(name).inspect();
    expect(State.Running, name).toBe(true);
  }
  const kept = ["config", "data", "secrets", "socket-proxy"];
  // The lab's directories may be in a checkout.
  const names = (await readdir(directory)).filter((name) => name !== ".gitignore");
  expect(names.sort()).toEqual(kept);
  const output = await obey("pulumi preview --stack svlnas");
  expect(output).toMatch(/^ *\d+ unchanged$/m);
}

async function removeNetworks(): Promise<void> {
  for (const name of ["alloy-frontend", "alloy-backend"]) {
    await lab.client.getNetwork(name).remove();
  }
}

/** A random name that Alloy gives itself once, kept with its state. */
const seed = () => readFile(join(directory, "data", "data", "alloy_seed.json"), "utf8");

test("lost host: all that was on it", async () => {
  await execa("docker", ["rm", "-f", "alloy", "alloy-docker-proxy", "alloy-init"], {
    env: docker(),
  });
  await removeTraefik(lab);
  await removeNetworks();
  await rm(directory, { recursive: true });
  await asDocumented("pulumi state delete --stack svlnas --all --yes");
  await asDocumented("pulumi up --stack svlnas");
  await joinFrontend(lab.docker);
  await expectService();
});

test("lost agent: its container and networks", async () => {
  const before = await seed();
  await execa("docker", ["rm", "-f", "alloy", "alloy-docker-proxy"], { env: docker() });
  await asDocumented("npm run doctor -- --stack svlnas && pulumi up --stack svlnas --refresh");
  await expectService();
  expect(await seed()).toBe(before);
});

test("lost state: everything runs on the host, and Pulumi knows nothing of it", async () => {
  const before = await seed();
  await obey("pulumi stack rm svlnas --force --yes --preserve-config");
  await asDocumented("pulumi stack init svlnas");
  await asDocumented("pulumi up --stack svlnas");
  await expectService();
  expect(await seed()).toBe(before);
});

test("lost passphrase: a new one, and every secret set again", async () => {
  const before = await seed();
  environment = "PULUMI_CONFIG_PASSPHRASE=another ";
  const change = `${environment}pulumi stack change-secrets-provider passphrase --stack ${STACK}`;
  const { code, output } = await project.run(["sh", "-c", change]);
  expect(code, output).not.toBe(0);
  await asDocumented("pulumi stack rm svlnas --force --yes --preserve-config");
  await forgetSecrets();
  await asDocumented("pulumi stack init svlnas");
  await setSecrets();
  await asDocumented("pulumi up --stack svlnas");
  await expectService();
  expect(await seed()).toBe(before);
});

/** What docs/recovery.md has the operator delete with an editor: the salt, and all that it encrypted. */
async function forgetSecrets(): Promise<void> {
  const file = join(project.directory, `Pulumi.${STACK}.yaml`);
  const { config } = parse(await readFile(file, "utf8")) as { config: Record<string, unknown> };
  const plain = Object.entries(config).filter(
    ([, value]) => !(typeof value === "object" && value !== null && "secure" in value),
  );
  await writeFile(file, stringify({ config: Object.fromEntries(plain) }));
}
