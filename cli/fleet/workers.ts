import { type ChildProcess, fork } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Outcome, Work } from "./outcome.ts";
import type { ToWorker } from "./worker.ts";

export interface Workers {
  /** Previews or updates a host in a worker that has nothing else to do. */
  work(command: "preview" | "up"): Work;
  /** Ends the workers; what they still work on is cancelled in an orderly way. */
  close(): void;
}

/** Processes that run the program; as many as hosts are worked on at a time, each for one after the other. */
export function workers(directory: string): Workers {
  const idle: ChildProcess[] = [];
  const all = new Set<ChildProcess>();
  const take = (log: string) => {
    const worker = idle.pop() ?? start(log);
    all.add(worker);
    return worker;
  };
  return {
    work: (command) => async (stack, job) => {
      const log = resolve(directory, job.log);
      const worker = take(log);
      const outcome = await ask(
        worker,
        { kind: "run", args: { command, stack, directory, log } },
        job.signal,
      );
      if (worker.connected) idle.push(worker);
      return outcome;
    },
    close: () => {
      for (const worker of all) if (worker.connected) worker.disconnect();
    },
  };
}

/**
 * Node's options of a worker: what an ordinary run has (Pulumi.yaml), and little memory. It has as many
 * megabytes as hosts are worked on at a time; half of a host's CPU time is the CLI's, which these leave alone.
 */
const execArgv = [
  ...["--import", new URL("../../compile-cache.js", import.meta.url).href],
  ...["--max-semi-space-size=2", "--optimize-for-size"],
];

/** What a worker prints itself, such as a warning of Node, goes to one file beside the hosts' logs. */
function start(log: string): ChildProcess {
  const directory = dirname(log);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const output = openSync(join(directory, "workers.log"), "a", 0o600);
  try {
    return fork(join(import.meta.dirname, "worker.ts"), [], {
      execArgv,
      detached: true,
      stdio: ["ignore", output, output, "ipc"],
    });
  } finally {
    closeSync(output);
  }
}

function ask(worker: ChildProcess, message: ToWorker, signal: AbortSignal): Promise<Outcome> {
  const cancel = () => send(worker, { kind: "cancel" });
  return new Promise<Outcome>((done, fail) => {
    const ended = (code: number | null, name: string | null) =>
      fail(new Error(`its process ended with ${name ?? `code ${code}`}; workers.log says more`));
    worker.once("exit", ended);
    worker.once("error", fail);
    worker.once("message", (outcome) => {
      worker.off("exit", ended);
      worker.off("error", fail);
      done(outcome as Outcome);
    });
    signal.addEventListener("abort", cancel);
    send(worker, message);
  }).finally(() => signal.removeEventListener("abort", cancel));
}

/** A worker that has ended takes no message; its `exit` event says so. */
function send(worker: ChildProcess, message: ToWorker): void {
  if (worker.connected) worker.send(message);
}
