import { execa } from "execa";
import type { SimulatedFleet } from "../../lab/simulated-fleet.ts";
import { treeUsage, type Usage } from "./process-tree.ts";

/** Pause between two looks at the memory, in ms. */
const PAUSE = 250;

/** What one run took. */
export interface Measured {
  seconds: number;
  /** The most of each, of the command and all processes below it. */
  peak: Usage;
  exitCode: number;
  stdout: string;
}

/** Runs a script of a clone and measures the tree of its processes; the simulated hosts are not in it. */
export async function measure(
  fleet: SimulatedFleet,
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Measured> {
  const begin = performance.now();
  const running = execa(process.execPath, [script, ...args], {
    cwd: fleet.directory,
    env: { ...fleet.env, ...env },
    reject: false,
    stderr: "ignore",
    maxBuffer: 100_000_000,
  });
  const peak: Usage = { proportional: 0, resident: 0, processes: 0, cpuSeconds: 0 };
  const look = setInterval(() => {
    const now = treeUsage(running.pid as number);
    for (const key of ["proportional", "resident", "processes", "cpuSeconds"] as const) {
      peak[key] = Math.max(peak[key], now[key]);
    }
  }, PAUSE);
  try {
    const { exitCode, stdout } = await running;
    if (exitCode === undefined)
      throw new Error(`${script} ${args.join(" ")} did not start or was killed`);
    return { seconds: (performance.now() - begin) / 1000, peak, exitCode, stdout };
  } finally {
    clearInterval(look);
  }
}
