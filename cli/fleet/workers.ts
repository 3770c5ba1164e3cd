import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Outcome, Work } from "./work.ts";
import type { ToWorker } from "./worker.ts";

/** Processes that run the program; as many as hosts are worked on at a time, each for one after the other. */
export function workers(directory: string) {
  const idle: ChildProcess[] = [];
  const all: ChildProcess[] = [];
  return {
    /** Previews or updates a host in a worker that has nothing else to do. */
    work(command: "preview" | "up"): Work {
      return async (stack, job) => {
        const log = resolve(directory, job.log);
        const worker = idle.pop() ?? start(log);
        if (!all.includes(worker)) all.push(worker);
        const args = { command, stack, directory, log };
        const outcome = await ask(worker, { kind: "run", args }, job.signal);
        if (worker.connected) idle.push(worker);
        return outcome;
      };
    },
    /** Ends the workers; what they still work on is cancelled in an orderly way. */
    close() {
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

/**
 * A group of its own keeps the terminal's Ctrl-C from the CLI, which would take it for a second one besides the
 * orderly cancel, and end at once. What a worker prints itself, such as a warning of Node, goes to one file
 * beside the hosts' logs.
 */
function start(log: string): ChildProcess {
  const directory = dirname(log);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const output = openSync(join(directory, "workers.log"), "a", 0o600);
  try {
    const stdio = ["ignore", output, output, "ipc"] as const;
    return fork(join(import.meta.dirname, "worker.ts"), {
      execArgv,
      detached: true,
      stdio: [...stdio],
    });
  } finally {
    closeSync(output);
  }
}

async function ask(worker: ChildProcess, message: ToWorker, stop: AbortSignal): Promise<Outcome> {
  const cancel = () => send(worker, { kind: "cancel" });
  const settled = new AbortController();
  const { signal } = settled;
  const ended = once(worker, "exit", { signal }).then(([code, name]) => {
    throw new Error(`its process ended with ${name ?? `code ${code}`}; workers.log says more`);
  });
  stop.addEventListener("abort", cancel, { signal });
  send(worker, message);
  try {
    return await Promise.race([
      once(worker, "message", { signal }).then(([outcome]) => outcome as Outcome),
      ended,
    ]);
  } finally {
    settled.abort();
  }
}

/** A worker that has ended takes no message; its `exit` event says so. */
function send(worker: ChildProcess, message: ToWorker): void {
  if (worker.connected) worker.send(message);
}
