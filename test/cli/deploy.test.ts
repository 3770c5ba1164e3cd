import { expect, test } from "vitest";
import { command } from "../../cli/deploy/command.ts";
import { lookOnHost } from "../../cli/deploy/on-host.ts";
import { targetOf } from "../../cli/verify/outputs.ts";
import type { scriptOutput } from "../../host-shell/run.ts";
import { routeTo } from "../../host-shell/ssh.ts";
import { factsOf } from "./support/facts.ts";
import { healthyHost } from "./support/healthy-host.ts";
import { printing } from "./support/printing.ts";
import { answerAsSinks, sink } from "./support/sinks.ts";

/** A host without journald. */
const written: string[] = [];
const onHost: typeof scriptOutput = async (_route, { data = "" }) => {
  written.push(data);
  return [
    "wrote\tcontainers",
    "runs\t/db\tjson-file\tlines\tdatabase\timmich",
    "runs\t/quiet\tjson-file\tsilent\t\t",
    "runs\t/mute\tnone\tunreadable\t\t",
  ].join("\n");
};

/** Runs the command; answers exit code, what was printed, and what was done in which order. */
async function run(args: string[], data = healthyHost("svlnas"), refuses = false) {
  const asked = answerAsSinks(data);
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
    onHost: (_stack, facts) =>
      lookOnHost(facts, routeTo({ type: "local", dockerSocket: "/docker.sock" }), onHost),
  });
  return { code, done, asked, ...printed };
}

test("updates, then proves; 0 when both are well", async () => {
  const { code, done, out } = await run(["--stack", "svlnas", "--yes", "--timeout", "0"]);
  expect(done).toEqual(["pulumi up --stack svlnas --yes", "verify svlnas"]);
  expect(out).toMatch(/\n\d+ ok, 1 to check\n$/);
  expect(code).toBe(0);
});

test("the line that was written on the host after the update has to arrive", async () => {
  const { asked } = await run(["--stack", "svlnas", "--timeout", "0"]);
  const text = written.at(-1) ?? "";
  expect(text).toMatch(/^grafana-alloy: line [0-9a-f]{12} of this deployment of svlnas$/);
  expect(asked.map(({ query }) => query)).toContain(`{host="svlnas",job="docker"} |= "${text}"`);

  const others = healthyHost("svlnas");
  const lost = {
    ...others,
    logs: (query: string) => (query.includes("|=") ? [] : others.logs(query)),
  };
  const { code, out } = await run(["--stack", "svlnas", "--timeout", "0"], lost);
  expect(code).toBe(1);
  expect(out).toContain("A line that was written on the host for this proof has not arrived.");
});

test("containers that run and whose lines do not arrive are named", async () => {
  const { code, out } = await run(["--stack", "svlnas", "--timeout", "0"]);
  expect(code).toBe(0);
  const text = out.replace(/\s+/g, " ");
  expect(text).toContain(
    "db: it wrote lines within a day, and none of them is here (log driver json-file); mute: Docker can't read logs back from its log driver none.",
  );
  expect(text).not.toContain("quiet:");
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
