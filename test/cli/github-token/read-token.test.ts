import { EventEmitter } from "node:events";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { type Keyboard, readHidden, readPiped } from "../../../cli/github-token/read-token.ts";

/** A terminal whose keys are pressed by a test, and what was done to it. */
function keyboard() {
  const events = new EventEmitter();
  const done: string[] = [];
  const terminal = Object.assign(events, {
    isTTY: true as const,
    setRawMode: (raw: boolean) => void done.push(`raw ${raw}`),
    resume: () => void done.push("resume"),
    pause: () => void done.push("pause"),
  });
  const press = (text: string) => events.emit("data", Buffer.from(text));
  return { terminal: terminal as unknown as Keyboard, press, done, events };
}

test("what is typed is read without being shown, and the terminal is as before", async () => {
  const { terminal, press, done, events } = keyboard();
  const token = readHidden(terminal);
  for (const key of ["g", "x", "\u007f", "h", "p", "\r"]) press(key);
  expect(await token).toBe("ghp");
  expect(done).toEqual(["raw true", "resume", "raw false", "pause"]);
  expect(events.listenerCount("data")).toBe(0);
});

test("what is pasted is read without the marks around it", async () => {
  const { terminal, press } = keyboard();
  const token = readHidden(terminal);
  press("\u001b[200~ github_pat_1\u001b[201~");
  press("\n");
  expect(await token).toBe("github_pat_1");
});

test.each(["\u0003", "\u0004"])("%j gives up, and the terminal is as before", async (key) => {
  const { terminal, press, done } = keyboard();
  const token = readHidden(terminal);
  press("github_pat");
  press(key);
  expect(await token).toBeUndefined();
  expect(done.slice(-2)).toEqual(["raw false", "pause"]);
});

test("a pipe is read to its end", async () => {
  expect(await readPiped(Readable.from(["github_", "pat_1\n"]))).toBe("github_pat_1");
  expect(await readPiped(Readable.from([]))).toBe("");
});
