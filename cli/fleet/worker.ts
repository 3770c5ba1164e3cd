import { PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import { masked } from "./mask.ts";
import { type UpdateArgs, update } from "./update.ts";
import { oneLine } from "./work.ts";

/** What a worker is told: work on a host, or cancel what it works on. */
export type ToWorker = { kind: "run"; args: UpdateArgs } | { kind: "cancel" };

// A process that works on one host at a time. Concurrent programs in one process would fail together:
// the SDK blames an unhandled rejection of one on all that run (@pulumi/pulumi/automation/server.js).
let pulumi: PulumiCommand | undefined;
let controller = new AbortController();
let working: Promise<void> | undefined;

process.on("message", (message: ToWorker) => {
  if (message.kind === "cancel") controller.abort();
  else working = work(message.args);
});

async function work(args: UpdateArgs): Promise<void> {
  controller = new AbortController();
  try {
    pulumi ??= await PulumiCommand.get();
    process.send?.(await update(args, pulumi, controller.signal));
  } catch (error) {
    process.send?.({ state: "failed", sentence: masked(reasonOf(error), []) });
  }
}

// The fleet's process is gone or has all it wants: what runs is cancelled. A program whose CLI was killed waits for
// it without end, and would keep this process.
process.on("disconnect", async () => {
  controller.abort();
  await working;
  process.exit();
});

function reasonOf(error: unknown): string {
  // The SDK tells of a missing CLI in its third line.
  const missing = /spawn pulumi ENOENT/.test(String(error));
  if (missing) return "pulumi is not on PATH: https://www.pulumi.com/docs/install/ has it.";
  return oneLine(error);
}

// What is left of a program whose update has ended, such as a rejection that nothing waits for any more.
// While one runs, the SDK's own handlers make it that program's fault.
for (const event of ["uncaughtException", "unhandledRejection"] as const) {
  process.on(event, (error) => console.error(masked(`${event}: ${oneLine(error)}`, [])));
}
