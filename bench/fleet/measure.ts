import { execa } from "execa";
import { treeUsage, type Usage } from "../proc.ts";
import type { RunOptions } from "../run.ts";
import { stopwatch } from "../time.ts";

/** Pause between two looks at the processes, in ms. */
const PAUSE = 250;

/** What one command took. */
export interface Measured {
  seconds: number;
  /** The most of each, of the command and all processes below it. */
  peak: Usage;
}

/** Runs a command and measures the tree of its processes; the simulated hosts are not in it. */
export async function measure(
  command: string,
  args: string[],
  { directory, env, input = "" }: RunOptions,
): Promise<Measured> {
  const peak: Usage = { proportional: 0, resident: 0, processes: 0, cpuSeconds: 0 };
  const since = stopwatch();
  const running = execa(command, args, { cwd: directory, env, input });
  const look = setInterval(() => {
    const now = treeUsage(running.pid as number);
    for (const key of Object.keys(peak) as (keyof Usage)[]) {
      peak[key] = Math.max(peak[key], now[key]);
    }
  }, PAUSE);
  try {
    await running;
    return { seconds: since(), peak };
  } finally {
    clearInterval(look);
  }
}
