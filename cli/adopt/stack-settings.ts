import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PulumiCli, setSecret } from "../shared/pulumi-cli.ts";
import { type Change, configKey, isSecret } from "./taken-over.ts";

/** Gives settings to a stack, secrets over standard input. With `configFile`, that is written and not the stack's own. */
export async function setSettings(
  pulumi: PulumiCli,
  { stack, configFile }: { stack: string; configFile?: string },
  changes: readonly Change[],
): Promise<void> {
  const file = configFile ? ["--config-file", configFile] : [];
  for (const { path, value } of changes) {
    const key = configKey(path);
    // User names are digits, and must stay text.
    const type = typeof value === "string" ? ["--type", "string"] : [];
    const args = ["config", "set", "--stack", stack, ...file, "--path", ...type, key, `${value}`];
    if (isSecret(path)) await setSecret(pulumi, { stack, key, value: `${value}`, options: file });
    else await pulumi.run(args);
  }
}

export async function unsetSettings(
  pulumi: PulumiCli,
  stack: string,
  paths: readonly string[],
): Promise<void> {
  for (const path of paths) {
    await pulumi.run(["config", "rm", "--stack", stack, "--path", configKey(path)]);
  }
}

/** How many resources a stack has. */
export async function resourceCount(pulumi: PulumiCli, stack: string): Promise<number> {
  const text = await pulumi.run(["stack", "export", "--stack", stack]);
  const { deployment } = JSON.parse(text) as { deployment?: { resources?: { type: string }[] } };
  const all = deployment?.resources ?? [];
  return all.filter(({ type }) => type !== "pulumi:pulumi:Stack").length;
}

export interface Previewing {
  pulumi: PulumiCli;
  /** The stack's own file, `Pulumi.<stack>.yaml`. */
  stackFile(stack: string): string;
  signal: AbortSignal;
}

/** `pulumi preview` with the settings as they would be, in a copy of the stack's file: nothing is changed yet. */
export async function previewWith(
  { pulumi, stackFile, signal }: Previewing,
  stack: string,
  changes: readonly Change[],
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "adopt-"));
  try {
    const configFile = join(directory, `Pulumi.${stack}.yaml`);
    await copyFile(stackFile(stack), configFile);
    await setSettings(pulumi, { stack, configFile }, changes);
    await pulumi.show(["preview", "--stack", stack, "--config-file", configFile], signal);
  } finally {
    await rm(directory, { recursive: true });
  }
}
