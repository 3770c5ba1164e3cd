import type { Fault } from "../../config/faults.ts";
import { type HostSettings, hostSettings, parseStack, readStack } from "../../config/parse.ts";
import type { Raw } from "../../config/read-raw.ts";
import { stackConfig } from "../doctor/stack-config.ts";
import { type PulumiCli, setSecret } from "../shared/pulumi-cli.ts";
import { type Change, configKey, withChanges } from "./taken-over.ts";

/** A stack's settings, secrets in plain, and what the program says of them. */
export interface StackSettings {
  raw: Raw;
  /** Checks them as the program would, with changes in place; where the host's part is well, there it is. */
  check(changes: readonly Change[]): { settings?: HostSettings; faults: Fault[] };
}

export async function readSettings(pulumi: PulumiCli, stack: string): Promise<StackSettings> {
  const { values, secrets } = await stackConfig(pulumi, stack);
  const raw = readStack(values);
  return {
    raw,
    check(changes) {
      const given = changes.filter(({ secret }) => secret).map(({ path }) => path.join("."));
      const isSecret = (key: string) => secrets.has(key) || given.map(configKey).includes(key);
      const changed = withChanges(raw, changes);
      const { faults } = parseStack(changed, isSecret, stack);
      return { settings: hostSettings(changed), faults };
    },
  };
}

export interface SettingsTarget {
  stack: string;
  /** File that is written in place of the stack's own. */
  configFile?: string;
}

/** Gives settings to a stack, secrets over standard input. */
export async function setSettings(
  pulumi: PulumiCli,
  { stack, configFile }: SettingsTarget,
  changes: readonly Change[],
): Promise<void> {
  const file = configFile ? ["--config-file", configFile] : [];
  for (const { path, value, secret } of changes) {
    const key = configKey(path.join("."));
    if (secret) await setSecret(pulumi, { stack, key, value: String(value), options: file });
    else {
      // User names are digits, and must stay text.
      const type = typeof value === "string" ? ["--type", "string"] : [];
      const args = ["config", "set", "--stack", stack, ...file, "--path", ...type, key];
      await pulumi.run([...args, String(value)]);
    }
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
