import type { z } from "zod";
import { crossFaults } from "./checks.ts";
import type { Program } from "./commands.ts";
import { type Parsed, parseConfig } from "./faults.ts";
import { type Raw, readRaw } from "./read-raw.ts";
import { type SecretName, secretKeys, settings } from "./schema.ts";

/** The configuration of a host's stack. */
export const hostProgram: Program<typeof settings> = {
  project: "grafana-alloy",
  schema: settings,
  secretKeys,
  secretCommand(name, usual, stack) {
    const own: Partial<Record<SecretName, string>> = {
      // This one is checked before it is stored.
      githubToken: `npm run github-token -- --stack ${stack}`,
      // Typed, it would end at its first line break.
      githubAppPrivateKey: `${usual} < KEY.pem`,
    };
    return own[name as SecretName] ?? usual;
  },
};

/** Reads a host's stack from the engine's flat map. */
export function readStack(all: Record<string, string>): Raw {
  return readRaw(all, hostProgram);
}

/** Checks a host's stack, without a running program. */
export function parseStack(
  raw: Raw,
  isSecret: (key: string) => boolean,
  stack: string,
): Parsed<typeof settings> {
  return parseConfig(hostProgram, raw, isSecret, stack, crossFaults);
}

/** The settings that the checks of a host need; the others may be wrong. */
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
