import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { commentBody } from "../../.github/scripts/comment-body.ts";
import { repoDir } from "../../lab/paths.ts";
import { SECRETS, type SimulatedFleet, simulatedFleet } from "../../lab/simulated-fleet.ts";

// The workflows' scripts with the real engine and the policy pack. Their host is simulated, and so is `npm`:
// it notes what it was asked; `verify` and `drift` have tests of their own.

let fleet: SimulatedFleet;
let job: string;

beforeAll(async () => {
  fleet = await simulatedFleet([{ stack: "one", address: "one" }], 0);
  job = await mkdtemp(join(tmpdir(), "workflow-scripts-"));
  await writeFile(join(job, "npm"), `#!/bin/sh\necho "$*" >> ${join(job, "calls")}\n`);
  await chmod(join(job, "npm"), 0o755);
});

afterAll(async () => {
  await fleet?.close();
  if (job) await rm(job, { recursive: true });
});

/** Runs a script as a step of a workflow does, in the clone. */
async function run(script: string, ...args: string[]) {
  const PATH = [job, fleet.env.PATH].join(delimiter);
  const env = { ...fleet.env, PATH, GITHUB_OUTPUT: join(job, "output") };
  const file = join(repoDir, ".github", "scripts", script);
  const options = { cwd: fleet.directory, env, all: true, reject: false } as const;
  const { exitCode, all } = await execa(file, args, options);
  for (const secret of Object.values(SECRETS)) expect(all).not.toContain(secret);
  return { code: exitCode, output: all };
}

/** The line of a preview's comment that says what happens. */
async function headline(): Promise<string | undefined> {
  const log = await readFile(join(fleet.directory, "preview.log"), "utf8");
  return commentBody({ stack: "one", log, run: "https://github.example" }).split("\n")[1];
}

test("the stack is listed", async () => {
  expect(await run("list-stacks.sh")).toEqual({ code: 0, output: 'names=["one"]' });
});

test("a preview passes the policy pack, and its comment says what would be made", async () => {
  const { code, output } = await run("preview.sh", "one", "preview.log");
  expect(code, output).toBe(0);
  expect(output).toMatch(/✅ grafana-alloy@v/);
  expect(await headline()).toMatch(/^### `one`: \d+ to create$/);
});

test("a deployment is verified", async () => {
  const { code, output } = await run("deploy.sh", "one");
  expect(code, output).toBe(0);
  expect(output).toMatch(/✅ grafana-alloy@v/);
  expect(await readFile(join(job, "calls"), "utf8")).toBe("run --silent verify -- --stack one\n");
});

test("then there is nothing left to do, and no drift", async () => {
  const preview = await run("preview.sh", "one", "preview.log");
  expect(preview.code, preview.output).toBe(0);
  expect(await headline()).toBe("### `one`: no changes");
  const drift = await run("drift.sh", "one");
  expect(drift.code, drift.output).toBe(0);
});

test("a preview that breaks a rule fails, and its comment says so", async () => {
  const set = [
    "config",
    "set",
    "--stack",
    "one",
    "--path",
    "grafana-alloy:ingress.description",
    "ghp_abcdef123",
  ];
  await execa("pulumi", set, { cwd: fleet.directory, env: fleet.env });
  const { code, output } = await run("preview.sh", "one", "preview.log");
  expect(code, output).not.toBe(0);
  expect(await headline()).toBe("### `one`: refused by 1 policy");
});
