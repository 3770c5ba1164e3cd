import { delimiter, join } from "node:path";
import { hasLanguageHost, languageHostPath } from "../../lab/doubles/language-path.ts";
import { pulumiEngine } from "../../lab/pulumi.ts";
import { freshFleet, simulatedHosts } from "./hosts.ts";
import { type Measured, measure } from "./measure.ts";

/** Hosts of the comparison, and how many at a time. */
export const WAYS = { hosts: 12, parallel: 4 } as const;

export interface Way {
  label: string;
  /** All hosts do as they are told. */
  measured: Measured;
  /** Hosts that fail where one has a fault in its configuration: 1 where the others are not drawn in. */
  failing: number;
}

/** The same deployment in three ways, each from nothing, one after the other on the same machine. */
export async function ways(delay: number): Promise<Way[]> {
  const scripts = (name: string) => join(import.meta.dirname, name);
  const { command } = await pulumiEngine();
  const host = (await hasLanguageHost(command.command)) ? [] : [await languageHostPath()];
  const stacks = simulatedHosts(WAYS.hosts).map(({ stack }) => stack);
  const list = [`${WAYS.parallel}`, ...stacks];
  const fleetArgs = [
    "up",
    "--json",
    "--parallel",
    `${WAYS.parallel}`,
    "--stacks",
    stacks.join(","),
  ];
  return [
    await way("workers (what the command does)", "cli/fleet/main.ts", fleetArgs, delay),
    await way("one process", scripts("one-process.ts"), list, delay),
    await way("the CLI and a process a host", scripts("cli-per-host.ts"), list, delay, host),
  ];
}

async function way(
  label: string,
  script: string,
  args: string[],
  delay: number,
  path: string[] = [],
): Promise<Way> {
  const hosts = simulatedHosts(WAYS.hosts);
  const fleet = await freshFleet(hosts, delay);
  const env = { PATH: [...path, fleet.env.PATH].join(delimiter) };
  try {
    const measured = await measure(fleet, script, args, env);
    if (failures(measured) > 0)
      throw new Error(`${label}: hosts failed that should not:\n${measured.stdout}`);
    await fleet.forget();
    const first = hosts[0];
    if (first) await fleet.write({ ...first, withoutHostKey: true });
    return { label, measured, failing: failures(await measure(fleet, script, args, env)) };
  } finally {
    await fleet.close();
  }
}

function failures({ stdout }: Measured): number {
  const rows: { state: string }[] = JSON.parse(stdout);
  return rows.filter(({ state }) => state !== "ok").length;
}
