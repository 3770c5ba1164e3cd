import { StringDecoder } from "node:string_decoder";

type Stream = "stdout" | "stderr";

export const LOGGING = ["stdout", "stderr", "stdoutAndStderr", "none"];

/** Collects a process's output: apart, together in order, and line by line into the log. */
export class Capture {
  readonly #logging: string;
  readonly #log: (line: string) => void;
  readonly #decoders = { stdout: new StringDecoder(), stderr: new StringDecoder() };
  readonly #rest = { stdout: "", stderr: "" };
  readonly #text = { stdout: "", stderr: "" };
  #both = "";

  /** `logging`: which outputs go into the engine's log; all if it is not set. */
  constructor(logging: unknown, log: (line: string) => void) {
    this.#logging = String(logging ?? "stdoutAndStderr");
    this.#log = log;
  }

  add(stream: Stream, chunk: Buffer): void {
    const text = this.#decoders[stream].write(chunk);
    this.#text[stream] += text;
    this.#both += text;
    if (![stream, "stdoutAndStderr"].includes(this.#logging)) return;
    const lines = (this.#rest[stream] + text).split("\n");
    this.#rest[stream] = lines.pop() ?? "";
    lines.forEach(this.#log);
  }

  /** The outputs as the real provider gives them: without one newline at the end. */
  outputs(): Record<Stream, string> {
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
