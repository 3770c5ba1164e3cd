import { expect, test } from "vitest";
import * as deploy from "../../cli/deploy/command.ts";
import * as doctor from "../../cli/doctor/command.ts";
import * as drift from "../../cli/drift/command.ts";
import * as githubToken from "../../cli/github-token/command.ts";
import * as verify from "../../cli/verify/command.ts";
import { printing } from "./support/printing.ts";

/** The commands, with nothing around them but a console: what they would do fails. */
const { command, usage } = githubToken;
const commands = { deploy, doctor, drift, "github-token": { command, usage }, verify };
type Name = keyof typeof commands;

async function run(name: Name, args: string[]) {
  const { console, printed } = printing();
  const code = await commands[name].command(args, console as never);
  return { code, ...printed };
}

const stack = ["--stack", "svlnas"];
const names = Object.keys(commands) as Name[];

test.each<[Name, string[], string]>([
  ...names.flatMap((name): [Name, string[], string][] => [
    [name, [], "--stack is missing"],
    [name, ["--stak", "svlnas"], "Unknown option '--stak'"],
    [name, ["svlnas"], "Unexpected argument 'svlnas'"],
  ]),
  ["verify", [...stack, "--timeout", "soon"], '--timeout must be whole seconds, not "soon"'],
  ["verify", [...stack, "--timeout=-1"], '--timeout must be whole seconds, not "-1"'],
  ["deploy", [...stack, "--timeout", "1m"], '--timeout must be whole seconds, not "1m"'],
  ["github-token", [...stack, "--days", "0"], '--days must be 1 to 366, not "0"'],
  ["github-token", [...stack, "--days=367"], '--days must be 1 to 366, not "367"'],
  ["github-token", [...stack, "--days", "soon"], '--days must be 1 to 366, not "soon"'],
])("%s %j: 2, and what is wrong before the usage", async (name, args, fault) => {
  const { code, out, err } = await run(name, args);
  expect([code, out]).toEqual([2, ""]);
  expect(err.startsWith(`${name}: ${fault}`)).toBe(true);
  expect(err.endsWith(`\n\n${commands[name].usage}\n`)).toBe(true);
});

test.each(names)("%s --help: 0 and the usage", async (name) => {
  expect(await run(name, ["--help"])).toEqual({
    code: 0,
    out: "",
    err: `${commands[name].usage}\n`,
  });
});
