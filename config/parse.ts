import type { z } from "zod";
import { crossFaults, plainSecretFaults, type Raw } from "./checks.ts";
import { type Fault, schemaFaults } from "./faults.ts";
import { type Settings, secretKeys, settings } from "./schema.ts";

/** What a stack's configuration says, and what is wrong with it. */
export interface ParsedStack {
  /** Present where the schema takes it; faults between settings may remain. */
  settings?: Settings;
  faults: Fault[];
}

/** Checks a stack's whole configuration, without a running program. */
export function parseStack(
  raw: Raw,
  isSecret: (key: string) => boolean,
  stack: string,
): ParsedStack {
  const parsed = settings.safeParse(raw, { reportInput: true });
  const faults = [
    ...(parsed.success ? [] : schemaFaults(parsed.error, stack)),
    ...crossFaults(raw, stack),
    ...plainSecretFaults(raw, isSecret, stack),
  ];
  return { settings: parsed.data, faults };
}

/** The settings that the checks of a host hang on, where these are well and others need not be. */
const hostPart = settings.pick({
  host: true,
  pipelines: true,
  postgres: true,
  networks: true,
  images: true,
  registry: true,
  registryPassword: true,
});

export type HostSettings = z.output<typeof hostPart>;

/** What is needed to look at a stack's host; nothing while a part of it is wrong. */
export function hostSettings(raw: Raw): HostSettings | undefined {
  return hostPart.safeParse(Object.fromEntries(hostKeys.map((key) => [key, raw[key]]))).data;
}

const hostKeys = Object.keys(hostPart.shape);

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
