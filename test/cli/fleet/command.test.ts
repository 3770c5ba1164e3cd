import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { command, type Surroundings } from "../../../cli/fleet/command.ts";
import type { Row, Work } from "../../../cli/fleet/work.ts";

/** A project whose hosts do as they are told; every piece of work is noted as `up svlnas`. */
function project(given: Partial<Surroundings> = {}) {
  const printed = { out: "", err: "" };
  const worked: string[] = [];
  const failing = new Set<string>();
  const work =
    (name: string): Work =>
    async (stack) => {
      worked.push(`${name} ${stack}`);
      return failing.has(stack)
        ? { state: "failed", sentence: "no route" }
        : { state: "ok", sentence: "done" };
    };
  const around: Surroundings = {
    stacks: () => [
      { name: "local", local: true },
      { name: "svlazext", local: false },
      { name: "svlnas", local: false },
    ],
    work: {
      preview: work("preview"),
      up: work("up"),
      verify: work("verify"),
      doctor: work("doctor"),
    },
    directory: mkdtempSync(join(tmpdir(), "fleet-")),
    signal: new AbortController().signal,
    out: (text) => {
      printed.out += text;
    },
    say: (line) => {
      printed.err += `${line}\n`;
    },
    terminal: { width: 100, colour: false },
    now: () => new Date("2026-11-24T22:00:00Z"),
    ...given,
  };
  const run = async (...args: string[]) => {
    printed.out = "";
    printed.err = "";
    worked.length = 0;
    return { code: await command(args, around), ...printed, worked: [...worked] };
  };
  const file = join(around.directory, ".fleet/up.json");
  const states = () => {
    const { rows } = JSON.parse(readFileSync(file, "utf8"));
    return rows.map(({ stack, state }: Row) => `${stack} ${state}`);
  };
  return { run, failing, file, states };
}

test.each(["preview", "up", "verify", "doctor"])(
  "%s: all hosts but those of this machine alone; 0 and a table when all succeed",
  async (name) => {
    const { code, out, err, worked } = await project().run(name);
    expect(code).toBe(0);
    expect(worked).toEqual([`${name} svlazext`, `${name} svlnas`]);
    expect(out).toBe(`
stack     state  time  log
svlazext  ok     0 s   .fleet/${name}-20261124T220000/svlazext.log
    done
svlnas    ok     0 s   .fleet/${name}-20261124T220000/svlnas.log
    done

2 ok
`);
    expect(err).toBe("[1/2] svlazext ok (0 s): done\n[2/2] svlnas ok (0 s): done\n");
  },
);

test("a stack of this machine takes part when it is named; a name counts once", async () => {
  const { worked } = await project().run("up", "--stacks", "local, svlnas,local", "--parallel=1");
  expect(worked).toEqual(["up local", "up svlnas"]);
});

test("1 when one failed; --resume works on it alone until all have succeeded", async () => {
  const { run, failing, states } = project();
  failing.add("svlazext");
  const first = await run("up");
  expect(first).toMatchObject({ code: 1, worked: ["up svlazext", "up svlnas"] });
  expect(first.out).toContain("1 ok, 1 failed\n");
  await run("preview");
  const second = await run("up", "--resume");
  expect(second).toMatchObject({ code: 1, worked: ["up svlazext"] });
  expect(second.err).toContain("1 had succeeded before\n");
  failing.clear();
  expect(await run("up", "--resume")).toMatchObject({ code: 0, worked: ["up svlazext"] });
  expect(states()).toEqual(["svlazext ok", "svlnas ok"]);
  expect(await run("up", "--resume")).toMatchObject({ code: 0, worked: [] });
});

test("the record is written as the run proceeds; only its owner reads it, and nothing is left beside it", async () => {
  const seen: string[] = [];
  const work: Work = async (stack) => {
    if (stack === "svlnas") seen.push(...made.states());
    return { state: "ok", sentence: "done" };
  };
  const made = project({ work: { preview: work, up: work, verify: work, doctor: work } });
  await made.run("up", "--parallel", "1");
  expect(seen).toEqual(["svlazext ok", "svlnas running"]);
  expect(statSync(made.file).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(made.file, ".."))).toEqual(["up.json"]);
});

test.each(["waiting", "running", "cancelled", "not started"])(
  "what a run left %s is resumed",
  async (state) => {
    const { run, file } = project();
    await run("up");
    writeFileSync(file, readFileSync(file, "utf8").replace('"ok"', JSON.stringify(state)));
    expect(await run("up", "--resume")).toMatchObject({ code: 0, worked: ["up svlazext"] });
  },
);

test.each(["{", '{"rows": [{}]}'])("a record of another form says what to do: %s", async (text) => {
  const { run, file } = project();
  await run("up");
  writeFileSync(file, text);
  const reason = "is not a record of a run of this version: remove it, and run without --resume.";
  expect(await run("up", "--resume")).toMatchObject({ code: 1, err: `fleet: ${file} ${reason}\n` });
});

test("--canary: deployed and proven first; one that succeeded is not deployed again", async () => {
  const { run, failing } = project();
  const { worked } = await run("up", "--canary", "svlnas");
  expect(worked).toEqual(["up svlnas", "verify svlnas", "up svlazext"]);
  failing.add("svlazext");
  await run("up");
  failing.clear();
  const resumed = await run("up", "--resume", "--canary", "svlnas");
  expect(resumed).toMatchObject({ code: 0, worked: ["up svlazext"] });
});

test("a canary that fails: 1, and the table shows the rest as not started", async () => {
  const { run, failing } = project();
  failing.add("svlazext");
  const { code, out, worked } = await run("up", "--canary", "svlazext");
  expect({ code, worked }).toEqual({ code: 1, worked: ["up svlazext"] });
  expect(out).toContain("svlnas    not started\n    the canary svlazext failed\n");
});

test("--json: the rows and nothing else on standard output", async () => {
  const { out } = await project().run("up", "--json", "--stacks", "svlnas");
  const log = ".fleet/up-20261124T220000/svlnas.log";
  expect(JSON.parse(out)).toEqual([
    { stack: "svlnas", state: "ok", sentence: "done", seconds: 0, log },
  ]);
});

test.each([
  [
    ["up", "--stacks", "svlnas,svlold"],
    "no stack file with a host for svlold; there is: local, svlazext, svlnas",
  ],
  [["up", "--resume"], "there is no run of up to resume: omit --resume"],
  [["up", "--canary", "local"], "--canary local is not among the stacks: svlazext, svlnas"],
])("2 and what is wrong for %j", async (args, text) => {
  const { code, err, worked } = await project().run(...args);
  expect({ code, worked }).toEqual({ code: 2, worked: [] });
  expect(err.startsWith(`fleet: ${text}\n\nusage: `)).toBe(true);
});

test("1 and the reason when the stack files can't be read", async () => {
  const stacks = () => {
    throw new Error("Pulumi.svlnas.yaml: bad indentation\nof a mapping");
  };
  expect(await project({ stacks }).run("up")).toMatchObject({
    code: 1,
    err: "fleet: Pulumi.svlnas.yaml: bad indentation\nof a mapping\n",
  });
});
