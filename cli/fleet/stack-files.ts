import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

/** A stack with a host in it. */
export interface HostStack {
  name: string;
  /** Reached through a socket of this machine: no part of a fleet unless it is named. */
  local: boolean;
}

/** The part of a stack file that says whether there is a host in it, and how it is reached. */
const withHost = z.object({
  config: z.object({
    "grafana-alloy:host": z.object({ connection: z.object({ type: z.string() }) }),
  }),
});

/** All stacks of a project directory that have a host, in order of their names. */
export function hostStacks(directory: string): HostStack[] {
  const files = readdirSync(directory).sort();
  return files.flatMap((file) => {
    const [, name] = /^Pulumi\.(.+)\.yaml$/.exec(file) ?? [];
    if (!name) return [];
    const path = join(directory, file);
    try {
      const { success, data } = withHost.safeParse(parse(readFileSync(path, "utf8")));
      if (!success) return [];
      return [{ name, local: data.config["grafana-alloy:host"].connection.type === "local" }];
    } catch (error) {
      throw new Error(`${path}: ${error instanceof Error ? error.message : error}`);
    }
  });
}
