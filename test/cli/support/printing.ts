import type { Console } from "../../../cli/shared/terminal.ts";

/** A console, and what was printed on it. */
export function printing(width = 120): { console: Console; printed: { out: string; err: string } } {
  const printed = { out: "", err: "" };
  const console: Console = {
    out: (text) => {
      printed.out += text;
    },
    say: (line) => {
      printed.err += `${line}\n`;
    },
    terminal: { width, colour: false },
  };
  return { console, printed };
}
