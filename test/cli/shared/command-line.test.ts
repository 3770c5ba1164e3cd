import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as adopt from "../../../cli/adopt/command.ts";
import * as deploy from "../../../cli/deploy/command.ts";
import * as doctor from "../../../cli/doctor/command.ts";
import * as drift from "../../../cli/drift/command.ts";
import * as fleet from "../../../cli/fleet/command.ts";
import * as githubToken from "../../../cli/github-token/command.ts";
import * as verify from "../../../cli/verify/command.ts";
import { repoDir } from "../../../lab/paths.ts";
import { printing } from "../support/printing.ts";

/** The commands, with nothing around them but a console: what they would do fails. */
const commands = { adopt, deploy, doctor, drift, fleet, "github-token": githubToken, verify };
type Name = keyof typeof commands;

async function run(name: Name, args: string[]) {
  const { console, printed } = printing();
  const code = await commands[name].command(args, console as never);
  return { code, ...printed };
}

const stack = ["--stack", "svlnas"];
const names = Object.keys(commands) as Name[];
const ofOneStack = names.filter((name) => name !== "fleet");

const synopsis = (name: Name) =>
  `usage: npm run ${name} -- ${name === "fleet" ? "preview|up|verify|doctor" : "--stack NAME"} [options]\n`;

type Fault = [Name, string[], string];
const unknown = names.map((name): Fault => [name, ["--stak", "a"], "Unknown option '--stak'"]);
const unnamed = ofOneStack.flatMap((name): Fault[] => [
  [name, [], "--stack is missing"],
  [name, ["--stack"], "Option '--stack <value>' argument missing"],
  [
    name,
    ["svlnas"],
    `"svlnas" is not an option. npm needs -- before options: npm run ${name} -- --stack NAME`,
  ],
]);
const own: Fault[] = [
  ["verify", [...stack, "--timeout", "soon"], '--timeout must be whole seconds, not "soon"'],
  ["verify", [...stack, "--timeout=-1"], '--timeout must be whole seconds, not "-1"'],
  ["deploy", [...stack, "--timeout", "1m"], '--timeout must be whole seconds, not "1m"'],
  ["adopt", [...stack, "--timeout", "soon"], '--timeout must be whole seconds, not "soon"'],
  ["adopt", [...stack, "--plan", "--clean-up"], "--plan and --clean-up can't be both"],
  ["github-token", [...stack, "--days", "0"], '--days must be 1 to 366, not "0"'],
  ["github-token", [...stack, "--days=367"], '--days must be 1 to 366, not "367"'],
  ["github-token", [...stack, "--days", "soon"], '--days must be 1 to 366, not "soon"'],
  ["fleet", [], 'one of preview, up, verify, doctor is expected, not ""'],
  ["fleet", ["up", "svlnas"], 'one of preview, up, verify, doctor is expected, not "up svlnas"'],
  ["fleet", ["up", "--parallel", "0"], '--parallel must be a whole number from 1 to 999, not "0"'],
  [
    "fleet",
    ["verify", "--canary", "svlnas"],
    "--canary deploys a host first: use it with up, not with verify",
  ],
  [
    "fleet",
    ["up", "--resume", "--stacks", "svlnas"],
    "--resume takes the stacks of the last run: leave --stacks out",
  ],
];

test.each([...unknown, ...unnamed, ...own])(
  "%s %j: 2, what is wrong, and how to call it",
  async (name, args, fault) => {
    const err = `${name}: ${fault}\n\n${synopsis(name)}       npm run ${name} -- --help says more\n`;
    expect(await run(name, args)).toEqual({ code: 2, out: "", err });
  },
);

test("these are all commands", () => {
  const folders = readdirSync(join(repoDir, "cli")).filter((name) => name !== "shared");
  expect(names.sort()).toEqual(folders.sort());
});

test.each(names)("%s --help: 0, and on standard output how to call it", async (name) => {
  const { code, out, err } = await run(name, ["--help"]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out.startsWith(synopsis(name))).toBe(true);
  expect(await run(name, ["-h"])).toEqual({ code, out, err });
});

test.each(names)("%s understands the examples of its help", async (name) => {
  const { out } = await run(name, ["--help"]);
  const examples = [...out.matchAll(/^ {2}npm run (?:-s )?(\S+) -- ([^|\n]+)/gm)];
  expect(examples.length).toBeGreaterThan(1);
  for (const [, named, args = ""] of examples) {
    const { code } = await run(name, args.trim().split(" "));
    expect([named, args, code]).toEqual([name, args, 1]);
  }
});

test("a whole help", async () => {
  expect((await run("drift", ["--help"])).out).toBe(`\
usage: npm run drift -- --stack NAME [options]

Compares a host with what the stack deployed to it: the containers with their environment, labels,
limits and networks, the installed configuration, the secrets. Changes nothing.

  --stack NAME  the stack, one for each host
  --json        prints the results as JSON on standard output
  --key FILE    prints the line of authorized_keys that lets this public key look for drift and do
                nothing else
  --help        prints this text

Examples:
  npm run drift -- --stack svlnas
  npm run -s drift -- --stack svlnas --json
  npm run drift -- --stack svlnas --key drift.pub

Exit code: 0 when all is as deployed, 1 when something drifted, or the host could not be checked, 2
for wrong usage.
`);
});
