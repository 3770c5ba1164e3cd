import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { masked } from "./mask.ts";

/**
 * Appends to a host's log, readable by its owner alone: whole lines, secrets masked. Text may come in pieces of
 * any size: a secret that is cut in two is whole in its line. `secrets` may grow while the log is written.
 */
export function logFile(path: string, secrets: Iterable<string> = []) {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  let rest = "";
  const write = (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    const whole = lines.map((line) => `${masked(line, secrets)}\n`).join("");
    appendFileSync(path, whole, { mode: 0o600 });
  };
  return { write, close: () => rest && write("\n") };
}
