import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Fault, FaultMaker } from "./faults.ts";
import type { Raw } from "./read-raw.ts";

type Named = { name?: unknown; pollingHost?: unknown } | null | undefined;

/** With a misspelt name nobody would poll GitHub, and each host would believe that another one does. */
export function pollingHostFaults(raw: Raw, make: FaultMaker, directory: string): Fault[] {
  const [host, github] = [raw.host as Named, raw.github as Named];
  const polling = github?.pollingHost;
  if (typeof polling !== "string" || polling === host?.name) return [];
  const hosts = stackHosts(directory);
  if (hosts.includes(polling)) return [];
  const reason = `is ${polling}, which is no host of the stacks here: ${hosts.join(", ") || "none"}`;
  return [
    make.fault(["github", "pollingHost"], reason, make.set(["github", "pollingHost"], "HOST")),
  ];
}

/** Names of the hosts in a project directory's stack files. */
function stackHosts(directory: string): string[] {
  const files = readdirSync(directory).filter((file) => /^Pulumi\..+\.yaml$/.test(file));
  const names = files.map((file) => {
    const stack = parse(readFileSync(join(directory, file), "utf8"));
    return stack?.config?.["grafana-alloy:host"]?.name;
  });
  return names.filter((name) => typeof name === "string").sort();
}
