import type { Raw } from "../../config/checks.ts";
import { crossFaults } from "../../config/checks.ts";
import { type Fault, schemaFaults } from "../../config/faults.ts";
import { readRaw } from "../../config/parse.ts";
import { type Settings, settings } from "../../config/schema.ts";
import { type PulumiCli, setSecret } from "../pulumi-cli.ts";
import { type Change, configKey } from "./taken-over.ts";

/** A stack's settings as they are, secrets in plain. */
export async function readSettings(pulumi: PulumiCli, stack: string): Promise<Raw> {
  const text = await pulumi.run(["config", "--json", "--show-secrets", "--stack", stack]);
  const all: Record<string, { value?: string }> = JSON.parse(text);
  const entries = Object.entries(all).map(([key, { value }]) => [key, value ?? ""]);
  return readRaw(Object.fromEntries(entries), "grafana-alloy");
}

/** What the program would say of the settings. */
export function checkSettings(raw: Raw, stack: string): { settings?: Settings; faults: Fault[] } {
  const parsed = settings.safeParse(raw, { reportInput: true });
  const faults = [
    ...(parsed.success ? [] : schemaFaults(parsed.error, stack)),
    ...crossFaults(raw, stack),
  ];
  return { settings: parsed.data, faults };
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
