import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { scriptInput, scriptRunner } from "../../host-shell/shell.ts";

/** Shells of this machine that a host's user may log in with. */
const shells = ["/bin/sh", "/bin/bash", "/bin/zsh"].filter((shell) => existsSync(shell));

function run(shell: string, script: string, data?: string) {
  const { status, stdout, stderr } = spawnSync(shell, ["-c", scriptRunner("alloy-files-config")], {
    input: scriptInput(script, data),
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

describe("scriptInput", () => {
  test("is the script, a line between, and the data", () => {
    expect(scriptInput("\necho a\necho b\n", "data\n")).toBe("echo a\necho b\n#data\ndata\n");
    expect(scriptInput("true")).toBe("true\n#data\n");
  });

  test.each(["#data", "true\n#data\ntrue", "\n#data\n"])("refuses the script %j", (script) => {
    expect(() => scriptInput(script)).toThrow("a script must not contain the line #data");
  });
});

describe.each(shells)("a script run from %s", (shell) => {
  test("is run as it is", () => {
    const script = `echo 'a  "b"' \\\n  back\\\\slash\ncase x in x) printf '%s|' "\t*" ;; esac`;
    expect(run(shell, script)).toEqual({
      status: 0,
      stdout: 'a  "b" back\\slash\n\t*|',
      stderr: "",
    });
  });

  test("reads its data to the byte, though that looks like a script", () => {
    const data = "#data\n  secret $(id) \\n 'x'\n\nno line break at the end";
    expect(run(shell, "cat", data)).toEqual({ status: 0, stdout: data, stderr: "" });
  });

  test("has no data unless it is given", () => {
    expect(run(shell, "cat")).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  test("hands its data to the command that asks for it", () => {
    expect(
      run(shell, "echo first\ntrue </dev/null\ntr a-z A-Z\necho last", "data\n"),
    ).toMatchObject({
      stdout: "first\nDATA\nlast\n",
    });
  });

  test.each([
    ["a command that fails", "false\necho reached"],
    ["a variable that is not set", 'echo "$nothing_of_that_name"\necho reached'],
    ["a syntax error", "if\necho reached"],
  ])("stops at %s", (_what, script) => {
    const { status, stdout } = run(shell, script);
    expect(status).not.toBe(0);
    expect(stdout).toBe("");
  });

  test.each(["echo reached\necho re", "echo reached\n", "echo reached\n#da"])(
    "runs nothing of one that was cut off to %j",
    (input) => {
      const command = scriptRunner("alloy-files-config");
      const { status, stdout, stderr } = spawnSync(shell, ["-c", command], {
        input,
        encoding: "utf8",
      });
      expect({ status, stdout, stderr }).toEqual({
        status: 1,
        stdout: "",
        stderr: "The script was cut off on its way; nothing was done.\n",
      });
    },
  );

  test("ends with the script's own status, under the resource's name", () => {
    expect(run(shell, 'echo "$0"\nexit 7')).toEqual({
      status: 7,
      stdout: "alloy-files-config\n",
      stderr: "",
    });
  });
});
