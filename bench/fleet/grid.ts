import { say } from "../../lab/progress.ts";
import { freshFleet, simulatedHosts } from "./hosts.ts";
import { type Measured, measure } from "./measure.ts";

export interface Cell {
  hosts: number;
  parallel: number;
  measured: Measured;
}

/** A deployment from nothing for each number of hosts and each number at a time. */
export async function grid(hosts: number[], parallel: number[], delay: number): Promise<Cell[]> {
  const fleet = await freshFleet(simulatedHosts(Math.max(...hosts)), delay);
  const cells: Cell[] = [];
  try {
    for (const count of hosts) {
      for (const atATime of parallel) {
        await fleet.forget();
        const stacks = fleet.hosts.slice(0, count).map(({ stack }) => stack);
        const args = ["up", "--parallel", `${atATime}`, "--stacks", stacks.join(",")];
        const measured = await measure(fleet, "cli/fleet/main.ts", args);
        if (measured.exitCode !== 0)
          throw new Error(`hosts failed that should not:\n${measured.stdout}`);
        say(`${count} hosts, ${atATime} at a time: ${Math.round(measured.seconds)} s`);
        cells.push({ hosts: count, parallel: atATime, measured });
      }
    }
    return cells;
  } finally {
    await fleet.close();
  }
}
