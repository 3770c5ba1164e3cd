import * as pulumi from "@pulumi/pulumi";
import { faultsMessage } from "./faults.ts";
import { parseStack, readRaw } from "./parse.ts";
import type { SecretName, Settings } from "./schema.ts";

/** A stack's settings, its secrets wrapped so that the engine keeps them encrypted. */
export type StackConfig = Omit<Settings, SecretName> & {
  [name in SecretName]: pulumi.Output<string> | undefined;
};

/**
 * Reads the stack's whole configuration.
 * Throws one `RunError` that lists every fault with its path, reason and the command that mends it.
 */
export function loadConfig(): StackConfig {
  const stack = pulumi.getStack();
  const raw = readRaw(pulumi.runtime.allConfig(), pulumi.getProject());
  const { settings, faults } = parseStack(raw, isConfigSecret, stack);
  if (!settings || faults.length > 0) throw new pulumi.RunError(faultsMessage(faults, stack));
  return { ...settings, ...wrapSecrets(settings) };
}

/** Values of all secrets of the stack's configuration, whatever their namespace. */
export function configSecrets(): string[] {
  const entries = Object.entries(pulumi.runtime.allConfig());
  return entries.filter(([key]) => isConfigSecret(key)).map(([, value]) => value);
}

/** Whether a stack stores a key encrypted. The SDK exports this without a type declaration. */
export function isConfigSecret(key: string): boolean {
  const runtime = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };
  return runtime.isConfigSecret(key);
}

function wrapSecrets(data: Settings): Record<SecretName, pulumi.Output<string> | undefined> {
  const wrap = (value: string | undefined) =>
    value === undefined ? undefined : pulumi.secret(value);
  return {
    githubToken: wrap(data.githubToken),
    githubAppPrivateKey: wrap(data.githubAppPrivateKey),
    metricsPassword: wrap(data.metricsPassword),
    logsPassword: wrap(data.logsPassword),
    registryPassword: wrap(data.registryPassword),
    cloudAccessPolicyToken: wrap(data.cloudAccessPolicyToken),
  };
}
