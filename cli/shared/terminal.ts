import type { Terminal } from "./table.ts";

/** Where a command writes. */
export interface Console {
  /** The table or the JSON, nothing else. */
  out(text: string): void;
  /** Progress and faults, a line each. */
  say(line: string): void;
  terminal: Terminal;
}

/** Columns where standard output is no terminal. */
const NO_TERMINAL = 120;

/** Results on standard output, progress and faults on standard error, colour on a terminal only. */
export function terminalOf({
  stdout,
  stderr,
  env,
}: Pick<NodeJS.Process, "stdout" | "stderr" | "env">): Console {
  return {
    out: (text) => void stdout.write(text),
    say: (line) => void stderr.write(`${line}\n`),
    terminal: {
      width: stdout.columns ?? NO_TERMINAL,
      colour: stdout.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb",
    },
  };
}
