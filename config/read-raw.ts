import type { Program } from "./commands.ts";

/** Configuration as read: any shape, since it is not checked yet. */
export type Raw = Record<string, unknown>;

/** Collects a program's settings and its secrets, whatever their namespace, from the engine's flat map. */
export function readRaw(
  all: Record<string, string>,
  { project, secretKeys, providerKeys }: Pick<Program, "project" | "secretKeys" | "providerKeys">,
): Raw {
  const raw: Raw = {};
  const ownSecrets = Object.values(secretKeys);
  for (const [key, value] of Object.entries(all)) {
    if (!key.startsWith(`${project}:`) || ownSecrets.includes(key)) continue;
    raw[key.slice(project.length + 1)] = parseValue(value);
  }
  for (const [name, key] of Object.entries({ ...providerKeys, ...secretKeys })) {
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
