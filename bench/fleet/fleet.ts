import { cp, rm } from "node:fs/promises";
import { delimiter } from "node:path";
import { hasLanguageHost, languageHostPath } from "../../lab/doubles/language/path.ts";
import { say } from "../../lab/progress.ts";
import { pulumiEngine } from "../../lab/pulumi.ts";
import { type SimulatedFleet, simulatedFleet } from "../../lab/simulated-fleet.ts";
import { decimal, ratio } from "../numbers.ts";
import type { Options } from "../options.ts";
import type { Report } from "../report.ts";
import { type Measured, measure } from "./measure.ts";

/** One deployment of all hosts from nothing. */
export interface Cell {
  hosts: number;
  /** Hosts that are worked on at a time. */
  parallel: number;
  /** What `npm run fleet` takes. */
  fleet: Measured;
  /** What the CLI with a process of its own for each host takes; measured for the least number of hosts alone. */
  cli?: Measured;
}

/** Deploys from nothing for each number of hosts and each number at a time; the hosts are simulated. */
export async function fleet(
  { hosts, parallel, delay }: Options<"fleet">,
  signal: AbortSignal,
): Promise<Report> {
  const most = Math.max(...hosts);
  const stacks = Array.from({ length: most }, (_, i) => `host${String(i + 1).padStart(2, "0")}`);
  const simulated = stacks.map((stack) => ({ stack, address: `${stack}.test` }));
  const clone = await simulatedFleet(simulated, delay);
  const cells: Cell[] = [];
  try {
    await cp(clone.state, pristine(clone), { recursive: true });
    for (const count of hosts) {
      for (const atATime of parallel) {
        signal.throwIfAborted();
        const chosen = stacks.slice(0, count);
        const ours = await fromNothing(clone, () => withFleet(clone, chosen, atATime));
        say(`${count} hosts, ${atATime} at a time: ${Math.round(ours.seconds)} s`);
        const beside = count === Math.min(...hosts);
        const cli = beside && (await fromNothing(clone, () => withCli(clone, chosen, atATime)));
        cells.push({ hosts: count, parallel: atATime, fleet: ours, ...(cli && { cli }) });
      }
    }
  } finally {
    await clone.close();
  }
  const head = `Hosts deployed from nothing, where an operation on a host takes ${delay} ms`;
  return { head, tables: [rows(cells)], values: { delay, cells } };
}

/** The state where nothing is deployed. */
const pristine = ({ state }: SimulatedFleet) => `${state}.pristine`;

async function fromNothing(clone: SimulatedFleet, work: () => Promise<Measured>) {
  clone.empty();
  await rm(clone.state, { recursive: true });
  await cp(pristine(clone), clone.state, { recursive: true });
  return work();
}

function withFleet({ directory, env }: SimulatedFleet, stacks: string[], parallel: number) {
  const args = ["up", "--parallel", `${parallel}`, "--stacks", stacks.join(",")];
  return measure(process.execPath, ["cli/fleet/main.ts", ...args], { directory, env });
}

async function withCli({ directory, env }: SimulatedFleet, stacks: string[], parallel: number) {
  const { command } = await pulumiEngine();
  const host = (await hasLanguageHost(command.command)) ? [] : [await languageHostPath()];
  const up = ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive", "--stack"];
  const PATH = [...host, env.PATH].join(delimiter);
  return measure("xargs", ["-n", "1", "-P", `${parallel}`, ...up], {
    directory,
    env: { ...env, PATH },
    input: stacks.join("\n"),
  });
}

/** Ratios are against the fleet's. */
export function rows(cells: readonly Cell[]): string[][] {
  const head = [
    ...["", "hosts", "at a time", "s", "CPU, s a host", "ratio"],
    ...["memory (PSS), MB", "ratio", "RSS, MB", "processes"],
  ];
  const row = (label: string, { hosts, parallel, fleet: base }: Cell, measured: Measured) => {
    const { seconds, peak } = measured;
    return [
      label,
      `${hosts}`,
      `${parallel}`,
      decimal(seconds, 0),
      decimal(peak.cpuSeconds / hosts, 1),
      ratio(peak.cpuSeconds, base.peak.cpuSeconds),
      decimal(peak.proportional / 1e6, 0),
      ratio(peak.proportional, base.peak.proportional),
      decimal(peak.resident / 1e6, 0),
      `${peak.processes}`,
    ];
  };
  const body = cells.flatMap((cell) => [
    row("npm run fleet", cell, cell.fleet),
    ...(cell.cli ? [row("the CLI, a process a host", cell, cell.cli)] : []),
  ]);
  return [head, ...body];
}
