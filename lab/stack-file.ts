import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { repoDir } from "./paths.ts";
import type { StackSettings } from "./stack.ts";

/** What `Pulumi.<stack>.yaml` of the repository sets, without namespace. */
export function stackFile(stack: string): StackSettings {
  const { config } = parse(readFileSync(join(repoDir, `Pulumi.${stack}.yaml`), "utf8"));
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace(/^grafana-alloy:/, ""), value]),
  );
}
