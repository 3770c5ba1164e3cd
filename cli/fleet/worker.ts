import { PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import { masked } from "./mask.ts";
import { oneLine } from "./outcome.ts";
import { type UpdateArgs, update } from "./update.ts";

/** What a worker is told: work on a host, or cancel what it works on. */
export type ToWorker = { kind: "run"; args: UpdateArgs } | { kind: "cancel" };

/**
 * A process that works on one host at a time. Concurrent programs in one process would fail together:
 * the SDK blames an unhandled rejection of one on all that run (@pulumi/pulumi/automation/server.js).
 * A group of its own keeps the terminal's Ctrl-C from the CLI, which would take it for a second one
 * besides the orderly cancel, and end at once.
 */
async function serve(): Promise<void> {
  let pulumi: Promise<PulumiCommand> | undefined;
  let controller = new AbortController();
  const run = async (args: UpdateArgs) => {
    controller = new AbortController();
    pulumi ??= PulumiCommand.get();
    const outcome = await update(args, await pulumi, controller.signal);
    process.send?.(outcome);
  };
  process.on("message", (message: ToWorker) => {
    if (message.kind === "cancel") return controller.abort();
    run(message.args).catch((error) => {
      pulumi = undefined;
      process.send?.({ state: "failed", sentence: masked(reasonOf(error), []) });
    });
  });
  // The fleet's process is gone: what runs is cancelled, and nothing keeps this process after that.
  process.on("disconnect", () => controller.abort());
}

function reasonOf(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  if (said.includes("ENOENT") && said.includes("pulumi")) {
    return "pulumi is not on PATH: https://www.pulumi.com/docs/install/ has it.";
  }
  return oneLine(error);
}

// What is left of a program whose update has ended, such as a rejection that nothing waits for any more.
// While one runs, the SDK's own handlers make it that program's fault.
for (const event of ["uncaughtException", "unhandledRejection"] as const) {
  process.on(event, (error) => console.error(masked(`${event}: ${oneLine(error)}`, [])));
}

await serve();
