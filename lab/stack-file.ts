import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { repoDir } from "./paths.ts";
import type { StackSettings } from "./stack.ts";

/** What `Pulumi.<stack>.yaml` of the repository sets, without namespace. */
export async function stackFile(stack: string): Promise<StackSettings> {
  const { config } = parse(await readFile(join(repoDir, `Pulumi.${stack}.yaml`), "utf8"));
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace(/^grafana-alloy:/, ""), value]),
  );
}
