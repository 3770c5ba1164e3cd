import { StringDecoder } from "node:string_decoder";
import type { Bag } from "../engine/values.ts";

/** Which of a command's outputs go into the engine's log (`logging`; all if it is not set). */
function loggedStreams(logging: unknown): { stdout: boolean; stderr: boolean } {
  const all = logging === undefined || logging === "stdoutAndStderr";
  return { stdout: all || logging === "stdout", stderr: all || logging === "stderr" };
}

export const LOGGING = ["stdout", "stderr", "stdoutAndStderr", "none"];

/** The previous run's output, for the next one's environment. */
export function previousOutput(inputs: Bag, previous: Bag): Record<string, string> {
  if (inputs.addPreviousOutputInEnv === false) return {};
  const { stdout, stderr } = previous;
  return {
    ...(stdout ? { PULUMI_COMMAND_STDOUT: String(stdout) } : {}),
    ...(stderr ? { PULUMI_COMMAND_STDERR: String(stderr) } : {}),
  };
}

/** Collects a process's output: apart, together in order, and line by line into the log. */
export class Capture {
  readonly #logged: { stdout: boolean; stderr: boolean };
  readonly #log: (line: string) => void;
  readonly #decoders = { stdout: new StringDecoder(), stderr: new StringDecoder() };
  readonly #rest = { stdout: "", stderr: "" };
  readonly #text = { stdout: "", stderr: "" };
  #both = "";

  constructor(logging: unknown, log: (line: string) => void) {
    this.#logged = loggedStreams(logging);
    this.#log = log;
  }

  add(stream: "stdout" | "stderr", chunk: Buffer): void {
    const text = this.#decoders[stream].write(chunk);
    this.#text[stream] += text;
    this.#both += text;
    if (!this.#logged[stream]) return;
    const lines = (this.#rest[stream] + text).split("\n");
    this.#rest[stream] = lines.pop() ?? "";
    lines.forEach(this.#log);
  }

  /** The outputs as the real provider gives them: without one newline at the end. */
  outputs(): { stdout: string; stderr: string } {
    for (const stream of ["stdout", "stderr"] as const) {
      if (this.#rest[stream]) this.#log(this.#rest[stream]);
      this.#rest[stream] = "";
    }
    const trim = (text: string) => text.replace(/\n$/, "");
    return { stdout: trim(this.#text.stdout), stderr: trim(this.#text.stderr) };
  }

  /** The real provider's error: what happened, which command, all it printed. Never what it was fed. */
  error(what: string, command: string): Error {
    this.outputs();
    return new Error(`${what}: running ${JSON.stringify(command)}:\n${this.#both}`);
  }
}
