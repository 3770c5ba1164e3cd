import { execa } from "execa";
import { schedule } from "../../cli/fleet/schedule.ts";

// Measured beside the fleet's workers: the ordinary CLI with its own program's process a host, PARALLEL at a time.
const [parallel = "1", ...stacks] = process.argv.slice(2);
const rows = await schedule(
  { stacks, parallel: Number(parallel) },
  {
    work: async (stack) => {
      const args = ["up", "--yes", "--skip-preview", "--non-interactive", "--stack", stack];
      const { exitCode } = await execa("pulumi", args, { reject: false });
      return { state: exitCode === 0 ? "ok" : "failed", sentence: `exit code ${exitCode}` };
    },
    prove: () => Promise.reject(new Error("there is no canary")),
    signal: new AbortController().signal,
    logOf: (stack) => stack,
    changed: () => undefined,
  },
);
process.stdout.write(JSON.stringify(rows));
