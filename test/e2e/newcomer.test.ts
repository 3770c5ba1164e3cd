import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { repoDir } from "../../lab/paths.ts";
import { cloneProject, type Project } from "../../lab/project.ts";
import { type Sshd, startSshd } from "../../lab/sshd.ts";
import { speedUp } from "./support/fast-pipelines.ts";
import { emptyLab, settingsOf, type TestLab } from "./support/lab.ts";

/** The commands of README's deploy section, for a host that has no stack file, and sinks of its own. */

const STACK = "third";

let lab: TestLab;
let sshd: Sshd;
let project: Project;
let home: string;
let documented: string[];

beforeAll(async () => {
  lab = await emptyLab();
  sshd = await startSshd(lab.docker);
  const { workspace } = await lab.stack("svlnas", await settingsOf(lab, "svlnas"));
  project = await cloneProject(workspace.pulumiCommand.command, workspace.envVars);
  await speedUp(join(project.directory, "pipelines"), 10);
  home = await mkdtemp(join(tmpdir(), "newcomer-"));
  documented = await deployCommands();
});

afterAll(async () => {
  await project?.remove();
  if (home) await rm(home, { recursive: true });
  await sshd?.stop();
  await lab?.close();
});

/** What README's deploy section has to type, without its comments. */
async function deployCommands(): Promise<string[]> {
  const readme = await readFile(join(repoDir, "README.md"), "utf8");
  const block = /^## Deploy to your own host\n.*?^```sh\n(.*?)^```/ms.exec(readme)?.[1] ?? "";
  const lines = block.trim().split("\n");
  return lines.map((line) => line.replace(/ +#.*/, "").replaceAll("svlnas", STACK));
}

/** Types a line; Pulumi's login and state are in a home of its own. */
function type(line: string, input?: string) {
  return project.run(`unset PULUMI_BACKEND_URL; export PULUMI_HOME=${home}; ${line}`, input);
}

test("from a clone to a proven host", async () => {
  const [logIn = "", init = "", preview = "", doctor = "", deploy = ""] = documented;
  // The packages are installed: no registry can be reached here.
  const [install, ...rest] = logIn.split(" && ");
  expect(install).toBe("npm ci");
  // `~` is the home of the account, whatever HOME says.
  await succeeds(rest.join(" && ").replace("--local", `file://${home}`));
  await succeeds(init);

  const { code, output } = await type(preview);
  expect(code).not.toBe(0);
  await obey(output);
  // Said once it is known where the data goes.
  await obey((await type(preview)).output);
  // What preview can't know, and no image that the lab has to pull.
  for (const [path, value] of settings()) await set(path, value);
  await succeeds(preview);

  // What nobody knows of their host: who reads its journal.
  const checked = await type(doctor);
  expect([checked.code, checked.output]).toEqual([
    1,
    expect.stringContaining("on this host the group"),
  ]);
  await obey(checked.output);
  await succeeds(doctor);
  expect(await succeeds(`${deploy} --yes`)).toMatch(/\n\d+ ok(, \d+ to check)?$/);
  const verify = `npm run -s verify -- --stack ${STACK} --json 2>/dev/null`;
  expect(JSON.parse(await succeeds(verify))[0]).toMatchObject({ signal: "host", state: "ok" });
  await succeeds(`pulumi destroy --stack ${STACK} --yes --skip-preview`);
});

async function succeeds(line: string): Promise<string> {
  const { code, output } = await type(line);
  expect(code, `${line}\n${output}`).toBe(0);
  return output;
}

/** What a newcomer gives in place of the examples. `undefined`: another way was chosen. */
function answers(): Record<string, string | undefined> {
  const { metrics, logs } = lab.facts;
  return {
    "host.connection.address": sshd.host,
    "host.connection.hostKey": sshd.hostKey,
    "host.directory": join(lab.facts.hostDirectory, STACK, "alloy"),
    "grafanaCloud.stackSlug": undefined,
    "grafana:cloudAccessPolicyToken": undefined,
    "registry.address": undefined,
    "registry.username": undefined,
    registryPassword: undefined,
    "sinks.metrics.username": metrics.username,
    "sinks.logs.url": logs.pushUrl,
    "sinks.logs.username": logs.username,
    metricsPassword: metrics.password,
    logsPassword: logs.password,
  };
}

function settings(): [path: string, value: string | number][] {
  const { dockerSocket, images } = lab.facts;
  return [
    ["host.connection.port", sshd.port],
    ["host.dockerSocket", dockerSocket],
    ...Object.entries(images ?? {}).map(([role, id]): [string, string] => [`images.${role}`, id]),
  ];
}

async function set(path: string, value: string | number): Promise<void> {
  await succeeds(`pulumi config set --stack ${STACK} --path 'grafana-alloy:${path}' '${value}'`);
}

/** Runs the commands that a message printed, with real values in place of the examples. */
async function obey(output: string): Promise<void> {
  const known = answers();
  for (const [command] of output.matchAll(/pulumi config set .+/g)) {
    const [, key = ""] = /(?:grafana-alloy:|--secret )([^' ]+)/.exec(command) ?? [];
    const name = key.replace("grafana-alloy:", "");
    if (name === "grafanaCloud.stackSlug")
      await set("sinks.metrics.url", lab.facts.metrics.pushUrl);
    if (name in known && known[name] === undefined) continue;
    await obeyOne(command, known[name]);
  }
}

/** A secret is piped; every other value stands at the end, after the quoted path. */
async function obeyOne(command: string, value?: string): Promise<void> {
  const secret = command.includes("--secret");
  const [, start = ""] = /^(.+ '\S+') /.exec(command) ?? [];
  const line = secret || value === undefined ? command : `${start} '${value}'`;
  const { code, output } = await type(line, secret ? value : undefined);
  expect(code, output).toBe(0);
}
