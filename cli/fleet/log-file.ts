import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { masked } from "./mask.ts";

/** A host's log: whole lines, appended as they come, secrets masked, readable by its owner alone. */
export class LogFile {
  readonly #file: number;
  readonly #secrets: Iterable<string>;
  #rest = "";

  /** `secrets` may grow while the log is written. */
  constructor(path: string, secrets: Iterable<string> = []) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.#file = openSync(path, "a", 0o600);
    this.#secrets = secrets;
  }

  /** Takes text as it comes, in pieces of any size: a secret that is cut in two is whole in its line. */
  write(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#line(line);
  }

  close(): void {
    if (this.#rest) this.#line(this.#rest);
    this.#rest = "";
    closeSync(this.#file);
  }

  #line(line: string): void {
    writeSync(this.#file, `${masked(line, this.#secrets)}\n`);
  }
}
