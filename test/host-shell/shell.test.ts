import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { scriptInput, shellLine, shellQuote, splitInput } from "../../host-shell/shell.ts";

/** What a real /bin/sh makes of a script. */
function sh(script: string): string {
  const { stdout, stderr, status } = spawnSync("/bin/sh", ["-c", script], {
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout;
}

const awkward = [
  "",
  " ",
  "two words",
  "it's",
  "'",
  "''",
  `"double"`,
  "$HOME $(id) `id`",
  `\${x}`,
  "back\\slash\\",
  "line\nbreak\n",
  "tab\there",
  "*?[a]",
  "~root",
  "#comment",
  "a;b&c|d<e>f(g){h}",
  "!history",
  "-n",
  "--option=value",
  "ünïcödé €",
];

describe("shellQuote", () => {
  test.each([
    ["alloy", "alloy"],
    ["-o", "-o"],
    ["a.b/c:d@e%f+g=h,i_j-k", "a.b/c:d@e%f+g=h,i_j-k"],
    ["", "''"],
    ["two words", "'two words'"],
    ["it's", `'it'\\''s'`],
    ["{{.Id}}", "'{{.Id}}'"],
    ["$HOME", "'$HOME'"],
    ["trailing\n", "'trailing\n'"],
  ])("%j is written %s", (word, quoted) => {
    expect(shellQuote(word)).toBe(quoted);
  });

  test.each(awkward)("a real shell reads %j back", (word) => {
    expect(sh(`printf %s ${shellQuote(word)}`)).toBe(word);
  });
});

test("shellLine keeps words apart, for a shell within a shell too", () => {
  const inner = `printf '%s\\0' ${shellLine(awkward)}`;
  const read = sh(shellLine(["/bin/sh", "-c", inner]));
  expect(read.split("\0").slice(0, -1)).toEqual(awkward);
});

test("splitInput reads back what scriptInput wrote", () => {
  const data = "first\n#data\nlast";
  expect(splitInput(scriptInput("echo a\necho b", data))).toEqual({
    script: "echo a\necho b",
    data,
  });
  expect(splitInput(scriptInput("true"))).toEqual({ script: "true", data: "" });
  expect(splitInput("no marker")).toEqual({ script: "no marker", data: "" });
});
