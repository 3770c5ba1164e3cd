import * as pulumi from "@pulumi/pulumi";
import { crossFaults, plainSecretFaults, type Raw } from "./checks.ts";
import { faultsMessage, schemaFaults } from "./faults.ts";
import { type SecretName, type Settings, secretKeys, settings } from "./schema.ts";

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
  const parsed = settings.safeParse(raw, { reportInput: true });
  const faults = [
    ...(parsed.success ? [] : schemaFaults(parsed.error, stack)),
    ...crossFaults(raw, stack),
    ...plainSecretFaults(raw, isConfigSecret, stack),
  ];
  if (!parsed.success || faults.length > 0) throw new pulumi.RunError(faultsMessage(faults, stack));
  return { ...parsed.data, ...wrapSecrets(parsed.data) };
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

/** Collects the project's keys and the secrets of other namespaces from the engine's flat map. */
export function readRaw(all: Record<string, string>, project: string): Raw {
  const raw: Raw = {};
  const ownSecrets: string[] = Object.values(secretKeys);
  for (const [key, value] of Object.entries(all)) {
    if (!key.startsWith(`${project}:`) || ownSecrets.includes(key)) continue;
    raw[key.slice(project.length + 1)] = parseValue(value);
  }
  for (const [name, key] of Object.entries(secretKeys)) {
    if (all[key] !== undefined) raw[name] = all[key];
  }
  return raw;
}

/** Structured values reach the program as JSON, all others as plain text. */
function parseValue(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch (error) {
    // Not JSON after all: the schema refuses the text with its path.
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

function wrapSecrets(data: Settings): Record<SecretName, pulumi.Output<string> | undefined> {
  const wrap = (value: string | undefined) =>
    value === undefined ? undefined : pulumi.secret(value);
  return {
    githubToken: wrap(data.githubToken),
    metricsPassword: wrap(data.metricsPassword),
    logsPassword: wrap(data.logsPassword),
    cloudAccessPolicyToken: wrap(data.cloudAccessPolicyToken),
  };
}
