import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { readHidden } from "../../../cli/github-token/read-token.ts";

test.each([
  ["typed", ["g", "x", "\u007f", "h", "p", "\r"], "ghp"],
  [
    "pasted, with the marks around it",
    ["\u001b[200~ github_pat_1\u001b[201~", "\n"],
    "github_pat_1",
  ],
  ["given up with Ctrl-C", ["github_pat", "\u0003"], undefined],
  ["given up with Ctrl-D", ["\u0004"], undefined],
])("%s: nothing is shown, and the terminal is as before", async (_, keys, token) => {
  const modes: boolean[] = [];
  const keyboard = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (raw: boolean) => modes.push(raw),
  });
  const read = readHidden(keyboard);
  for (const key of keys) keyboard.write(key);
  expect(await read).toBe(token);
  expect(modes).toEqual([true, false]);
  expect(keyboard.isPaused()).toBe(true);
});
