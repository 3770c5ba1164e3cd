import { describe, expect, it } from "vitest";
import { localCommand } from "../../lab/doubles/command/local.ts";
import { Capture, previousOutput } from "../../lab/doubles/command/run.ts";
import type { Bag } from "../../lab/doubles/engine/values.ts";

const logged: string[] = [];
const context = {
  client: {},
  urn: "urn:pulumi:s::p::command:local:Command::c",
  signal: new AbortController().signal,
  log: (_level: string, text: string) => logged.push(text),
};

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

it("the previous output goes into the environment unless that is off", () => {
  const previous = { stdout: "1", stderr: "" };
  expect(previousOutput({}, previous)).toEqual({ PULUMI_COMMAND_STDOUT: "1" });
  expect(previousOutput({ addPreviousOutputInEnv: false }, previous)).toEqual({});
});

describe("a local command", () => {
  const create = (inputs: Bag) => localCommand.create(inputs, context);

  it("has its input, environment, directory and interpreter", async () => {
    const { outs } = await create({
      create: 'cat; echo " $A $0 $PWD"',
      stdin: "in",
      environment: { A: "1" },
      dir: "/usr",
      interpreter: ["/bin/sh", "-c"],
    });
    expect(outs.stdout).toBe("in 1 /bin/sh /usr");
  });

  it("fails with its exit code and output, and without its input", async () => {
    const failed = create({ create: "echo why >&2; exit 3", stdin: "hush", logging: "none" });
    await expect(failed).rejects.toThrow('exit status 3: running "echo why >&2; exit 3":\nwhy\n');
    await expect(failed).rejects.not.toThrow("hush");
    expect(logged.join()).not.toContain("why");
  });

  it("says when its program is not there", async () => {
    await expect(create({ create: "x", interpreter: ["/no/such"] })).rejects.toThrow("ENOENT");
  });

  it("runs update, or create without one, with the output of the run before", async () => {
    const state = { stdout: "old", stderr: "" };
    const run = (news: Bag) => localCommand.update?.("id", state, news, context);
    const echo = "echo $PULUMI_COMMAND_STDOUT";
    expect(await run({ create: "echo new", update: echo })).toMatchObject({ stdout: "old" });
    expect(await run({ create: "echo new" })).toMatchObject({ stdout: "new" });
    expect(await run({})).toMatchObject({ stdout: "old" });
  });

  it("collects assets by globs, in order", async () => {
    const { outs } = await create({
      create: "true",
      dir: import.meta.dirname,
      assetPaths: ["*.test.ts", "!d*"],
    });
    expect(Object.keys(outs.assets as Bag)).toContain("command.test.ts");
    expect(Object.keys(outs.assets as Bag)).not.toContain("diff.test.ts");
  });
});
