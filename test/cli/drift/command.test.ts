import { expect, test } from "vitest";
import { command, usage } from "../../../cli/drift/command.ts";
import type { Declared } from "../../../cli/drift/declared.ts";

const declared: Declared = {
  route: { host: "ssh://root@svlnas:22", sshOptions: ["-o", "BatchMode=yes"] },
  containers: [
    {
      urn: "urn:alloy",
      id: "1",
      name: "alloy",
      runs: true,
      env: {},
      labels: {},
      pids: { limit: 200, urn: "urn:pids" },
    },
  ],
  helperImage: "busybox",
  config: { directory: "/c", version: "v1", files: {}, urn: "urn:config" },
  secrets: { directory: "/s", owner: "3125:3125", files: {}, urns: {} },
};

const answer = (pidLimit: number) =>
  [
    `container {"id":"1","name":"/alloy","running":true,"env":[],"labels":{},"pidLimit":${pidLimit}}`,
    'image {"env":[],"labels":{}}',
    "current versions/v1",
    "version v1",
  ].join("\n");

/** Runs the command against a host that answers so; answers exit code and what was printed. */
async function run(args: string[], text: string | Error = answer(200)) {
  const printed = { out: "", err: "" };
  const code = await command(args, {
    declared: async () => declared,
    run: async () => {
      if (text instanceof Error) throw text;
      return text;
    },
    out: (more) => {
      printed.out += more;
    },
    say: (line) => {
      printed.err += `${line}\n`;
    },
    terminal: { width: 120, colour: false },
  });
  return { code, ...printed };
}

test("0 and a table when all is as deployed", async () => {
  expect(await run(["--stack", "svlnas"])).toEqual({
    code: 0,
    out: `
what             compared     state
container alloy  existence    same
container alloy  environment  same
container alloy  labels       same
container alloy  PID limit    same
configuration    version      same
configuration    files        same
secrets          files        same

7 as deployed
`,
    err: "looking at ssh://root@svlnas:22\n",
  });
});

test("1 and the command that repairs it when something drifted", async () => {
  const { code, out } = await run(["--stack", "svlnas"], answer(0));
  expect(code).toBe(1);
  expect(out).toContain(`
container alloy  PID limit    drifted
    is none, not 200
    pulumi up --stack svlnas --replace 'urn:pids'
configuration    version      same
`);
  expect(out).toMatch(/\n6 as deployed, 1 drifted\n$/);
});

test("--json: an array of rows and nothing else on standard output", async () => {
  const { code, out } = await run(["--stack", "svlnas", "--json"], answer(0));
  expect(code).toBe(1);
  const rows = JSON.parse(out);
  expect(rows).toHaveLength(7);
  expect(rows[3]).toEqual({
    what: "container alloy",
    aspect: "PID limit",
    state: "drifted",
    drift: ["is none, not 200"],
    repair: "pulumi up --stack svlnas --replace 'urn:pids'",
  });
  expect(rows[0]).toMatchObject({ state: "same", drift: [], repair: null });
});

test("1 and one sentence when the host can't be looked at", async () => {
  expect(await run(["--stack", "svlnas"], new Error("svlnas is away."))).toEqual({
    code: 1,
    out: "",
    err: "looking at ssh://root@svlnas:22\ndrift: ssh://root@svlnas:22 could not be looked at: svlnas is away.\n",
  });
});

test.each([
  [[], "--stack is missing"],
  [["--stak", "x"], "'--stak'"],
  [["svlnas"], "svlnas"],
])("2 and the usage for %j", async (args, text) => {
  const { code, out, err } = await run(args);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain(text);
  expect(err).toContain(usage);
});

test("0 and the usage for --help", async () => {
  expect(await run(["--help"])).toEqual({ code: 0, out: "", err: `${usage}\n` });
});
