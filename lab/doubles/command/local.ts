import { spawn } from "node:child_process";
import { constants } from "node:os";
import type { ResourceDouble } from "../engine/provider.ts";
import { strings } from "../engine/shapes.ts";
import { type CommandClient, commandResource, type Runner } from "./lifecycle.ts";
import { Capture } from "./output.ts";

/** How Go words the end of a process. */
function exitText(code: number | null, signal: NodeJS.Signals | null): string {
  return signal ? `signal: ${signal} (${constants.signals[signal]})` : `exit status ${code}`;
}

/** Runs a real process on this machine. */
export const runLocal: Runner = async (command, inputs, { log, signal }) => {
  const capture = new Capture(inputs.logging, (line) => log("info", line, true));
  const env = { ...process.env, ...strings(inputs.environment) };
  const child = spawn("/bin/sh", ["-c", command], { env, signal });
  child.stdout.on("data", (chunk: Buffer) => capture.add("stdout", chunk));
  child.stderr.on("data", (chunk: Buffer) => capture.add("stderr", chunk));
  // A command that does not read its input may close it: that is its own affair.
  child.stdin.on("error", () => undefined);
  child.stdin.end(typeof inputs.stdin === "string" ? inputs.stdin : "");
  const end = await new Promise<string | undefined>((done) => {
    child.on("error", (error) => done(error.message));
    child.on("close", (code, by) => done(code === 0 ? undefined : exitText(code, by)));
  });
  if (end !== undefined) throw capture.error(end, command);
  return capture.outputs();
};

/** `command:local:Command`. */
export function localCommand(run: Runner): ResourceDouble<CommandClient> {
  return commandResource(["environment"], run);
}
