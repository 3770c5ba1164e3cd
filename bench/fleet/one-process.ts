import { resolve } from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import { schedule } from "../../cli/fleet/schedule.ts";
import { update } from "../../cli/fleet/update.ts";

// Measured beside the fleet's workers: all programs in this one process, PARALLEL at a time.
const [parallel = "1", ...stacks] = process.argv.slice(2);
const { signal } = new AbortController();
const pulumi = await PulumiCommand.get();
const rows = await schedule(
  { stacks, parallel: Number(parallel) },
  {
    work: (stack, { log }) =>
      update({ command: "up", stack, directory: process.cwd(), log }, pulumi, signal),
    prove: () => Promise.reject(new Error("there is no canary")),
    signal,
    logOf: (stack) => resolve(".fleet", `${stack}.log`),
    changed: () => undefined,
  },
);
process.stdout.write(JSON.stringify(rows));
