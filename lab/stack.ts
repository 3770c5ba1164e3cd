import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation/index.js";
import { execa } from "execa";
import { secretKeys } from "../config/schema.ts";
import program from "../index.ts";
import { labDir, repoDir } from "./paths.ts";
import type { PulumiEngine } from "./pulumi.ts";

/** Settings of a stack without namespace, secrets beside the others. */
export type StackSettings = Record<string, unknown>;

export interface LabStackArgs {
  name: string;
  settings: StackSettings;
  engine: PulumiEngine;
  /** Environment by which doubles attach. */
  providerEnv: Readonly<Record<string, string>>;
  /** Directory of the pipeline files; the repository's unless told. */
  pipelines?: string;
}

const projectName = "grafana-alloy";
const backend = join(labDir, "pulumi", "state");

/** Where the engine keeps the state of a stack of the lab. */
export const stateFileOf = (name: string): string =>
  join(backend, ".pulumi", "stacks", projectName, `${name}.json`);

/** Whether a stack of the lab has anything on the host, as its state tells it. */
export async function isDeployed(name: string): Promise<boolean> {
  if (!existsSync(stateFileOf(name))) return false;
  const { checkpoint } = JSON.parse(await readFile(stateFileOf(name), "utf8"));
  return (checkpoint.latest?.resources ?? []).length > 0;
}

/** A stack of the real program, its state in files under `.lab/`, its configuration as given. */
export async function labStack(args: LabStackArgs): Promise<Stack> {
  const workDir = join(labDir, "pulumi", args.name);
  await Promise.all([workDir, backend].map((path) => mkdir(path, { recursive: true })));
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName: args.name, projectName, program: () => program(args.pipelines) },
    {
      workDir,
      pulumiCommand: args.engine.command,
      projectSettings: {
        name: projectName,
        runtime: "nodejs",
        backend: { url: `file://${backend}` },
      },
      envVars: {
        PULUMI_CONFIG_PASSPHRASE: await passphrase(),
        PULUMI_SKIP_UPDATE_CHECK: "true",
        // The host's checks run from the project's directory, and this stack's has no program in it.
        GRAFANA_ALLOY_PROJECT: repoDir,
        ...args.providerEnv,
      },
    },
  );
  await configure(stack, args);
  return stack;
}

/** Values of a stack's outputs by name, secrets in plain. */
export async function outputsOf(stack: Stack): Promise<Record<string, unknown>> {
  const outputs = Object.entries(await stack.outputs());
  return Object.fromEntries(outputs.map(([name, { value }]) => [name, value]));
}

/** Makes the stack's configuration what is given and nothing else. */
async function configure(stack: Stack, args: LabStackArgs): Promise<void> {
  const wanted = configOf(args.settings);
  const present = await stack.getAllConfig();
  const old = Object.keys(present).filter((key) => !(key in wanted));
  if (old.length > 0) await stack.removeAllConfig(old);
  const changed = Object.entries(wanted).filter(
    ([key, { value }]) => present[key]?.value !== value,
  );
  const plain = changed.filter(([, { secret }]) => !secret);
  if (plain.length > 0) await stack.setAllConfig(Object.fromEntries(plain));
  for (const [key, { value, secret }] of changed) {
    if (secret) await setSecret(stack, args.engine, key, value);
  }
}

function configOf(settings: StackSettings): Record<string, { value: string; secret: boolean }> {
  const secrets: Record<string, string> = secretKeys;
  const entries = Object.entries(settings).map(([name, value]) => [
    secrets[name] ?? `${projectName}:${name}`,
    {
      value: typeof value === "string" ? value : JSON.stringify(value),
      secret: name in secrets,
    },
  ]);
  return Object.fromEntries(entries);
}

/** Over standard input: the Automation API would pass the value as an argument, which `ps` shows. */
async function setSecret(stack: Stack, engine: PulumiEngine, key: string, value: string) {
  const { workDir, envVars } = stack.workspace;
  await execa(engine.command.command, ["config", "set", "--stack", stack.name, "--secret", key], {
    cwd: workDir,
    env: envVars,
    input: value,
  });
}

/** Passphrase of the lab's own state, made once. */
async function passphrase(): Promise<string> {
  const file = join(labDir, "pulumi", "passphrase");
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    const made = randomBytes(24).toString("base64url");
    await writeFile(file, made, { mode: 0o600 });
    return made;
  }
}
