import { openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { text } from "node:stream/consumers";
import { ReadStream } from "node:tty";
import { scriptOutput } from "../../host-shell/run.ts";
import { routeTo } from "../../host-shell/ssh.ts";
import { withHeartbeat } from "../shared/progress.ts";
import { pulumiCli, stackOutputs } from "../shared/pulumi-cli.ts";
import { terminalOf } from "../shared/terminal.ts";
import { targetOf } from "../verify/outputs.ts";
import { progressLines } from "../verify/progress.ts";
import { failed } from "../verify/result.ts";
import { verify } from "../verify/run.ts";
import { table } from "../verify/table.ts";
import { command } from "./command.ts";

/** A Ctrl-C lets a script end, then what was done is taken back. 30 min: images of 1 GB over a line of 1 MB/s. */
const script = { name: "adopt", timeout: 1_800_000, outlivesInterrupt: true } as const;

const controller = new AbortController();
const terminal = terminalOf(process);
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(name, () => {
    terminal.say(`\n${name}: the current step ends, then all steps are undone. Please wait.`);
    controller.abort();
  });
}

// A terminal that is gone must not end what puts the old service back.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

/** Asks on the terminal, whatever standard input is. */
async function confirm(question: string): Promise<boolean> {
  const lines = createInterface({ input: terminalInput(), output: process.stderr });
  try {
    const answer = await lines.question(`${question} [yes/no] `, { signal: controller.signal });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}

function terminalInput(): ReadStream {
  try {
    return new ReadStream(openSync("/dev/tty", "r"));
  } catch {
    throw new Error("there is no terminal to ask on: read --plan, then pass --yes");
  }
}

/** `verify` over what the new agent sent. Throws with the titles of what did not arrive. */
async function prove(stack: string, since: number, timeoutSeconds?: number): Promise<void> {
  const { sinks, facts } = targetOf(stack, await stackOutputs(pulumi, stack));
  const onProgress = progressLines(terminal.say);
  const results = await verify(sinks, facts, { since, timeoutSeconds, onProgress });
  terminal.out(`\n${table(results, terminal.terminal)}`);
  const missing = results.filter(failed).map(({ title, state }) => `${title} (${state})`);
  if (missing.length > 0) {
    throw new Error(`not all is well: ${missing.join(", ")}; the table above says why`);
  }
}

const pulumi = pulumiCli();
process.exitCode = await command(process.argv.slice(2), {
  ...terminal,
  pulumi,
  stackFile: (stack) => resolve(import.meta.dirname, `../../Pulumi.${stack}.yaml`),
  host(connection) {
    const route = routeTo(connection);
    const waiting = (time: string) => terminal.say(`waiting for ${route.host} (${time} so far)`);
    return (text, data) =>
      withHeartbeat(waiting, () => scriptOutput(route, { ...script, script: text, data }));
  },
  read: (file) => (file === "-" ? text(process.stdin) : readFile(file, "utf8")),
  confirm,
  prove,
  signal: controller.signal,
});
