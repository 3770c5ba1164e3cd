import { openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { text } from "node:stream/consumers";
import { ReadStream, WriteStream } from "node:tty";
import { pulumiCli } from "../shared/pulumi-cli.ts";
import { terminalOf } from "../shared/terminal.ts";
import { command } from "./command.ts";
import { hostShell } from "./host-shell.ts";
import { prove } from "./prove.ts";

const controller = new AbortController();
const terminal = terminalOf(process);
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(name, () => {
    terminal.say(
      `\n${name}: what is under way ends, then what was done is taken back. Please wait.`,
    );
    controller.abort();
  });
}

// A terminal that is gone must not end what puts the old service back: its process goes on unseen.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

/** Asks on the terminal, whatever standard input is. */
async function confirm(question: string): Promise<boolean> {
  const lines = createInterface(openTerminal());
  try {
    const answer = await lines.question(`${question} [yes/no] `, { signal: controller.signal });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}

function openTerminal() {
  try {
    const fd = openSync("/dev/tty", "r+");
    return { input: new ReadStream(fd), output: new WriteStream(fd) };
  } catch {
    throw new Error("there is no terminal to ask on: look at --plan, then give --yes");
  }
}

const pulumi = pulumiCli();
process.exitCode = await command(process.argv.slice(2), {
  ...terminal,
  pulumi,
  stackFile: (stack) => resolve(import.meta.dirname, `../../Pulumi.${stack}.yaml`),
  host: hostShell,
  read: (file) => (file === "-" ? text(process.stdin) : readFile(file, "utf8")),
  confirm,
  prove: (stack, since, timeoutSeconds) =>
    prove(pulumi, { stack, since, timeoutSeconds }, terminal),
  signal: controller.signal,
});
