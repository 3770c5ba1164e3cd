import { secretKeys } from "../../config/schema.ts";
import type { RawSettings } from "./stack-files.ts";

const secrets: Record<string, string> = secretKeys;

/** What `pulumi config --json --show-secrets` prints for a stack. */
export function printedConfig(settings: RawSettings): string {
  const entries = Object.entries(settings).map(([name, value]) => [
    secrets[name] ?? `grafana-alloy:${name}`,
    {
      value: typeof value === "string" ? value : JSON.stringify(value),
      ...(typeof value === "object" && { objectValue: value }),
      secret: name in secrets,
    },
  ]);
  return JSON.stringify(Object.fromEntries(entries));
}
