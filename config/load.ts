import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { crossFaults } from "./checks.ts";
import type { Program } from "./commands.ts";
import { type CrossFaults, faultsMessage, parseConfig } from "./faults.ts";
import { hostProgram } from "./parse.ts";
import { readRaw } from "./read-raw.ts";
import { type SecretName, type Settings, secretKeys } from "./schema.ts";
import { pollingHostFaults } from "./stack-hosts.ts";

/** A stack's settings, its secrets wrapped so that the engine keeps them encrypted. */
export type StackConfig = Omit<Settings, SecretName> & {
  [name in SecretName]: pulumi.Output<string> | undefined;
};

/** Reads the configuration of a host's stack. */
export function loadConfig(): StackConfig {
  const settings = loadSettings(hostProgram, (raw, make) => [
    ...crossFaults(raw, make),
    // Pulumi runs a program in its project's directory.
    ...pollingHostFaults(raw, make, process.cwd()),
  ]);
  const wrapped = (Object.keys(secretKeys) as SecretName[]).map((name) => [
    name,
    settings[name] === undefined ? undefined : pulumi.secret(settings[name]),
  ]);
  return { ...settings, ...Object.fromEntries(wrapped) };
}

/**
 * Reads the whole configuration of the stack that runs.
 * Throws one `RunError` that lists every fault with its path, reason and the command that fixes it.
 */
export function loadSettings<Schema extends z.ZodObject>(
  program: Program<Schema>,
  crossFaults?: CrossFaults,
): z.output<Schema> {
  const stack = pulumi.getStack();
  const raw = readRaw(pulumi.runtime.allConfig(), program);
  const { settings, faults } = parseConfig(program, raw, isConfigSecret, stack, crossFaults);
  if (!settings || faults.length > 0) throw new pulumi.RunError(faultsMessage(faults, stack));
  return settings;
}

/** Values of all secrets of the stack's configuration, whatever their namespace. */
export function configSecrets(): string[] {
  const entries = Object.entries(pulumi.runtime.allConfig());
  return entries.filter(([key]) => isConfigSecret(key)).map(([, value]) => value);
}

/** Whether a stack stores a key encrypted. The SDK exports this without a type declaration. */
function isConfigSecret(key: string): boolean {
  const runtime = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };
  return runtime.isConfigSecret(key);
}
