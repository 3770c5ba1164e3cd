import type { ReadStream } from "node:tty";

/** A terminal, as far as it is used here. */
export type Keyboard = Pick<ReadStream, "isTTY" | "setRawMode" | "on" | "off" | "resume" | "pause">;

/** Keys that mean something else than a letter of the token. */
const keys = {
  interrupt: "\u0003",
  end: "\u0004",
  backspace: ["\u007f", "\b"],
  enter: ["\r", "\n"],
};

/** Terminals put these around a text that is pasted, where a program left that switched on. */
const pasteMarks = ["\u001b[200~", "\u001b[201~"];

/** Reads one line from a terminal, which shows nothing of it. Nothing where Ctrl-C or Ctrl-D was pressed. */
export function readHidden(keyboard: Keyboard): Promise<string | undefined> {
  return new Promise((done) => {
    let line = "";
    const finish = (result: string | undefined) => {
      keyboard.off("data", onData);
      keyboard.setRawMode(false);
      keyboard.pause();
      done(result);
    };
    const onData = (chunk: Buffer) => {
      const typed = pasteMarks.reduce((text, mark) => text.replaceAll(mark, ""), `${chunk}`);
      for (const key of typed) {
        if (key === keys.interrupt || key === keys.end) return finish(undefined);
        if (keys.enter.includes(key)) return finish(line.trim());
        line = keys.backspace.includes(key) ? line.slice(0, -1) : line + key;
      }
    };
    keyboard.setRawMode(true);
    keyboard.on("data", onData);
    keyboard.resume();
  });
}

/** Reads all of a pipe. */
export async function readPiped(input: AsyncIterable<Buffer | string>): Promise<string> {
  let text = "";
  for await (const chunk of input) text += chunk;
  return text.trim();
}
