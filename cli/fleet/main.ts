import { resolve } from "node:path";
import { exitCodes } from "../shared/command-line.ts";
import { terminalOf } from "../shared/terminal.ts";
import { command } from "./command.ts";
import { doctorWork, verifyWork } from "./questions.ts";
import { hostStacks } from "./stack-files.ts";
import { workers } from "./workers.ts";

const directory = resolve(import.meta.dirname, "..", "..");
const terminal = terminalOf(process);
const stop = new AbortController();
const updates = workers(directory);

/** What starts this program may hand a signal on that the terminal has sent to all: it is one. */
const SAME_SIGNAL_MS = 1000;

let asked = 0;
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.on(name, () => {
    if (asked > 0 && Date.now() - asked > SAME_SIGNAL_MS) process.exit(exitCodes.failed);
    if (asked > 0) return;
    asked = Date.now();
    terminal.say(
      `${name}: no new host is started, and what runs is cancelled; a second signal ends the command without the table`,
    );
    stop.abort();
  });
}

try {
  process.exitCode = await command(process.argv.slice(2), {
    ...terminal,
    directory,
    signal: stop.signal,
    stacks: () => hostStacks(directory),
    work: {
      preview: updates.work("preview"),
      up: updates.work("up"),
      verify: verifyWork(directory),
      doctor: doctorWork(directory),
    },
    now: () => new Date(),
  });
} finally {
  updates.close();
}
// A question that was given up, such as a proof that waits for a signal, would hold this process for minutes.
if (asked > 0) process.stdout.write("", () => process.exit());
