import { describe, expect, it } from "vitest";
import { diffCommand } from "../../lab/doubles/command/lifecycle.ts";
import { commandDouble } from "../../lab/doubles/command/main.ts";
import { Capture } from "../../lab/doubles/command/output.ts";
import type { Bag } from "../../lab/doubles/engine/values.ts";
import { contextOf } from "./context.ts";

const { "command:local:Command": local, "command:remote:Command": remote } =
  commandDouble.resources;

it.each<[Bag, string[]]>([
  [{ addPreviousOutputInEnv: false, logging: "none" }, []],
  [{ logging: "all" }, ["logging", "addPreviousOutputInEnv"]],
  [{ addPreviousOutputInEnv: false, connection: { proxy: {} } }, ["connection.proxy"]],
])("a remote command of %j is refused for %j", (inputs, expected) => {
  expect(remote?.check?.(inputs).map(({ property }) => property)).toEqual(expected);
});

it.each([
  [{ create: "b" }, ["create"], []],
  [{ triggers: [2] }, ["triggers"], ["triggers"]],
])("%j is an update but for a trigger, which makes a new command first", (...row) => {
  const [change, changed, replaces] = row;
  const diff = diffCommand(
    { create: "a", triggers: [1] },
    { create: "a", triggers: [1], ...change },
  );
  expect(diff).toMatchObject({ changed, replaces, deleteBeforeReplace: false });
});

describe("captured output", () => {
  it("loses one newline at the end", () => {
    const capture = new Capture(undefined, () => undefined);
    capture.add("stdout", Buffer.from("a\n\n"));
    expect(capture.outputs()).toEqual({ stdout: "a\n", stderr: "" });
  });

  it.each([
    [undefined, ["out", "err"]],
    ["stdoutAndStderr", ["out", "err"]],
    ["stdout", ["out"]],
    ["stderr", ["err"]],
    ["none", []],
  ])("with logging %s is logged as %j", (logging, expected) => {
    const lines: string[] = [];
    const capture = new Capture(logging, (line) => lines.push(line));
    capture.add("stdout", Buffer.from("out\n"));
    capture.add("stderr", Buffer.from("err"));
    capture.outputs();
    expect(lines).toEqual(expected);
  });
});

describe("a local command", () => {
  const logged: string[] = [];
  const context = contextOf({}, { log: (_level, text) => logged.push(text) });

  it("has its input and environment, and runs again when it changes", async () => {
    const inputs = { create: 'cat; echo " $A"', stdin: "in", environment: { A: "1" } };
    const made = await local?.create(inputs, context);
    expect(made?.outs).toEqual({ ...inputs, stdout: "in 1", stderr: "" });
    const news = { ...inputs, stdin: "new" };
    const changed = await local?.update?.("id", made?.outs ?? {}, news, context);
    expect(changed).toEqual({ ...news, stdout: "new 1", stderr: "" });
  });

  it.each([
    [false, ""],
    [true, "first"],
  ])("knows what it printed last where that is wanted: %s", async (wanted, stdout) => {
    const last = { addPreviousOutputInEnv: wanted, create: "printf first" };
    const made = await local?.create(last, context);
    const news = { ...last, create: 'printf "$PULUMI_COMMAND_STDOUT"' };
    expect(await local?.update?.("id", made?.outs ?? {}, news, context)).toMatchObject({ stdout });
  });

  it("fails with its exit code and output, and without its input", async () => {
    const failing = { create: "echo why >&2; exit 3", stdin: "hush", logging: "none" };
    await expect(local?.create(failing, context)).rejects.toThrow(
      new Error('exit status 3: running "echo why >&2; exit 3":\nwhy\n'),
    );
    expect(logged.join()).not.toContain("why");
  });
});
