import { expect, test } from "vitest";
import { command } from "../../cli/deploy/command.ts";
import { targetOf } from "../../cli/verify/outputs.ts";
import { factsOf } from "./support/facts.ts";
import { healthyHost } from "./support/healthy-host.ts";
import { printing } from "./support/printing.ts";
import { answerAsSinks, sink } from "./support/sinks.ts";

/** Runs the command; answers exit code, what was printed, and what was done in which order. */
async function run(args: string[], data = healthyHost("svlnas"), refuses = false) {
  answerAsSinks(data);
  const done: string[] = [];
  const { console, printed } = printing();
  const code = await command(args, {
    ...console,
    async pulumi(words) {
      done.push(`pulumi ${words.join(" ")}`);
      if (refuses) throw new Error("`pulumi up` failed: see above");
    },
    async target(stack) {
      done.push(`verify ${stack}`);
      return targetOf(stack, { verify: { facts: factsOf("svlnas"), metrics: sink, logs: sink } });
    },
  });
  return { code, done, ...printed };
}

test("updates, then proves; 0 when both are well", async () => {
  const { code, done, out } = await run(["--stack", "svlnas", "--yes", "--timeout", "0"]);
  expect(done).toEqual(["pulumi up --stack svlnas --yes", "verify svlnas"]);
  expect(out).toMatch(/\n\d+ ok\n$/);
  expect(code).toBe(0);
});

test("without --yes Pulumi asks; a signal that does not arrive is a failure of the deployment", async () => {
  const broken = healthyHost("svlnas", { 'time() - (max(timestamp(up{job="traefik"': [] });
  const { code, done, out } = await run(["--stack", "svlnas", "--timeout", "0"], broken);
  expect(done[0]).toBe("pulumi up --stack svlnas");
  expect(out).toMatch(/1 missing\n$/);
  expect(code).toBe(1);
});

test("a failed update ends it: nothing is proven", async () => {
  const { code, done, err } = await run(["--stack", "svlnas"], undefined, true);
  expect(done).toEqual(["pulumi up --stack svlnas"]);
  expect(err).toBe("deploy: `pulumi up` failed: see above\n");
  expect(code).toBe(1);
});
