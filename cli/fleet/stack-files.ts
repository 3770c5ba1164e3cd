import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

/** A stack with a host in it. */
export interface HostStack {
  /** Name of the stack. */
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

/** What the stack file `Pulumi.<name>.yaml` is to a fleet; nothing where it describes no host. */
export function hostStack(name: string, text: string): HostStack | undefined {
  const parsed = withHost.safeParse(parse(text));
  if (!parsed.success) return undefined;
  return { name, local: parsed.data.config["grafana-alloy:host"].connection.type === "local" };
}

/** All stacks of a project directory that have a host, in order of their names. */
export function hostStacks(directory: string): HostStack[] {
  const names = readdirSync(directory).flatMap(
    (file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [],
  );
  return names.sort().flatMap((name) => {
    const file = join(directory, `Pulumi.${name}.yaml`);
    try {
      return hostStack(name, readFileSync(file, "utf8")) ?? [];
    } catch (error) {
      throw new Error(`${file}: ${error instanceof Error ? error.message : error}`);
    }
  });
}
