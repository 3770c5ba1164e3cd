import { afterEach, expect, test } from "vitest";
import { command, usage } from "../../cli/deploy/command.ts";
import { targetOf } from "../../cli/verify/outputs.ts";
import { factsOf } from "./support/facts.ts";
import { healthyHost } from "./support/healthy-host.ts";
import { type StandIn, type StandInData, startSinkStandIn } from "./support/sink-stand-in.ts";

let standIn: StandIn | undefined;
afterEach(() => standIn?.close());

/** Runs the command; answers exit code, what was printed, and what was done in which order. */
async function run(args: string[], data: StandInData = healthyHost("svlnas"), refuses = false) {
  standIn = await startSinkStandIn(data);
  const { sink } = standIn;
  const done: string[] = [];
  const printed = { out: "", err: "" };
  const code = await command(args, {
    async pulumi(words) {
      done.push(`pulumi ${words.join(" ")}`);
      if (refuses) throw new Error("`pulumi up` failed: see above");
    },
    async target(stack) {
      done.push(`verify ${stack}`);
      return targetOf(stack, { verify: { facts: factsOf("svlnas"), metrics: sink, logs: sink } });
    },
    out: (text) => {
      printed.out += text;
    },
    say: (line) => {
      printed.err += `${line}\n`;
    },
    terminal: { width: 120, colour: false },
  });
  return { code, done, ...printed };
}

test("updates, then proves; 0 when both are well", async () => {
  const { code, done, out } = await run(["--stack", "svlnas", "--yes", "--timeout", "0"]);
  expect(done).toEqual(["pulumi up --stack svlnas --yes", "verify svlnas"]);
  expect(out).toMatch(/\n\d+ ok\n$/);
  expect(code).toBe(0);
});

test("without --yes Pulumi asks", async () => {
  const { done } = await run(["--stack", "svlnas", "--timeout", "0"]);
  expect(done[0]).toBe("pulumi up --stack svlnas");
});

test("a failed update ends it: nothing is proven", async () => {
  const { code, done, err } = await run(["--stack", "svlnas"], undefined, true);
  expect(done).toEqual(["pulumi up --stack svlnas"]);
  expect(err).toBe("deploy: `pulumi up` failed: see above\n");
  expect(code).toBe(1);
});

test("a signal that does not arrive is a failure of the deployment", async () => {
  const broken = healthyHost("svlnas", { 'time() - (max(timestamp(up{job="traefik"': [] });
  const { code, out } = await run(["--stack", "svlnas", "--timeout", "0"], broken);
  expect(out).toMatch(/1 missing\n$/);
  expect(code).toBe(1);
});

test.each([
  [[], `deploy: --stack is missing\n\n${usage}\n`],
  [
    ["--stack", "a", "--timeout", "1m"],
    `deploy: --timeout must be whole seconds, not "1m"\n\n${usage}\n`,
  ],
])("wrong usage changes nothing: %j", async (args, message) => {
  const { code, done, err } = await run(args);
  expect([code, done, err]).toEqual([2, [], message]);
});
