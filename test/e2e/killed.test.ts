import { readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { EngineEvent, Stack } from "@pulumi/pulumi/automation/index.js";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { processesOf } from "../../lab/processes.ts";
import { type StackSettings, stateFileOf } from "../../lab/stack.ts";
import { expectAgreement } from "./support/agreement.ts";
import { emptyLab, expectNothingLeft, settingsOf, type TestLab } from "./support/lab.ts";

/**
 * SIGKILL of the CLI while one resource is made or removed; the plugins live on and finish their call. The commands of
 * docs/recovery.md lead to a state that agrees with the host.
 */

const NAME = "local";
const HOST = "killed";

let lab: TestLab;
let settings: StackSettings;
let directory: string;
let stack: Stack;
let title = 0;

beforeAll(async () => {
  lab = await emptyLab();
  settings = await settingsOf(lab, NAME, ({ github: _, githubToken: __, ...given }) => {
    const host = given.host as { directory: string };
    directory = host.directory.replace("/local/", `/${HOST}/`);
    const own = { ...host, name: HOST, directory };
    return { ...given, host: own, pipelines: ["host", "self"], postgres: [] };
  });
});

afterAll(async () => {
  await stack?.destroy();
  await expectNothingLeft(lab);
  await rm(directory, { recursive: true, force: true });
  await lab?.close();
});

/** Begins an update and kills its CLI when the engine tells of a step. */
async function killAt(step: string): Promise<void> {
  let killed = false;
  // Looked for at the first event: a short step would be over before the CLI is found.
  let clis: Promise<number[]> | undefined;
  const onEvent = ({ resourcePreEvent }: EngineEvent) => {
    clis ??= processesOf("pulumi", "--exec-kind");
    const { op, urn = "" } = resourcePreEvent?.metadata ?? {};
    if (killed || `${op} ${urn.split("::").at(-1)}` !== step) return;
    killed = true;
    void clis.then((all) => {
      for (const cli of all) process.kill(cli, "SIGKILL");
    });
  };
  const ended = await stack.up({ onEvent }).then(() => "", String);
  expect(ended, step).toContain("SIGKILL");
}

/** Takes the lock away, and notes beside the state file that were cut off while they were written. */
async function unlock(): Promise<void> {
  const directory = dirname(stateFileOf(NAME));
  await execa("find", [directory, "-name", "*.attrs", "-size", "0", "-delete"]);
  await stack.cancel();
}

/** `up`; if that does not do, with a refresh before it. */
async function heal(): Promise<void> {
  const failed = await stack.up().then(() => undefined, String);
  if (failed === undefined) return;
  // The old agent is gone and the state has it still: the provider takes that for an error.
  expect(failed).toContain("No such container");
  await stack.refresh({ clearPendingCreates: true });
  await stack.up();
}

async function expectHealed(): Promise<void> {
  await expectAgreement(lab, (await stack.exportStack()).deployment);
}

/** A random name that Alloy gives itself once, kept with its state. */
const seed = () => readFile(join(directory, "data", "data", "alloy_seed.json"), "utf8");

test("a first deployment that is killed five times, each time further on", async () => {
  stack = await lab.stack(NAME, settings);
  for (const step of [
    "create alloy-networks-frontend",
    "create alloy-socket-proxy-container",
    "create alloy-container",
    "create alloy-loaded",
    "create alloy-accepted",
  ]) {
    await killAt(step);
    await unlock();
  }
  await heal();
  await expectHealed();
});

describe("an update that makes the agent anew", () => {
  let before: string;

  beforeAll(async () => {
    before = await seed();
  });

  test.each([
    "create-replacement alloy-files-config",
    "delete-replaced alloy-container",
    "create-replacement alloy-container",
    "update alloy-pid-limit",
    "update alloy-loaded",
  ])("killed at: %s", async (step) => {
    title += 1;
    const ingress = { domain: "example.org", title: `Alloy ${title}` };
    const logs = { redact: { expressions: [`secret-${title}`] } };
    stack = await lab.stack(NAME, { ...settings, ingress, logs });
    await killAt(step);
    await unlock();
    await heal();
    await expectHealed();
    expect(await seed()).toBe(before);
  });
});
