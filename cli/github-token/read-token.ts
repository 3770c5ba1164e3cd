import { createInterface } from "node:readline";
import { Writable } from "node:stream";

/** Reads one line from a terminal, which shows nothing of it. Nothing if Ctrl-C or Ctrl-D was pressed. */
export function readHidden(input: NodeJS.ReadableStream): Promise<string | undefined> {
  const output = new Writable({ write: (_text, _encoding, done) => done() });
  const lines = createInterface({ input, output, terminal: true, historySize: 0 });
  return new Promise((done) => {
    lines.once("line", (line) => {
      done(line.trim());
      lines.close();
    });
    lines.once("close", () => done(undefined));
  });
}
