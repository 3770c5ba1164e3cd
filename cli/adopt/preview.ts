import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PulumiCli } from "../shared/pulumi-cli.ts";
import { setSettings } from "./stack-settings.ts";
import type { Change } from "./taken-over.ts";

interface Previewing {
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
