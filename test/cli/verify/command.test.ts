import { expect, test } from "vitest";
import { command } from "../../../cli/verify/command.ts";
import { targetOf } from "../../../cli/verify/outputs.ts";
import { progressLines } from "../../../cli/verify/progress.ts";
import { factsOf } from "../support/facts.ts";
import { healthyHost } from "../support/healthy-host.ts";
import { printing } from "../support/printing.ts";
import { answerAsSinks, sink } from "../support/sinks.ts";

const facts = factsOf("svlnas");
const output = { facts, metrics: sink, logs: sink };

/** Runs the command with what differs from a healthy host; answers exit code and what was printed. */
async function run(args: string[], unwell?: Parameters<typeof healthyHost>[1]) {
  answerAsSinks(healthyHost("svlnas", unwell));
  const { console, printed } = printing();
  const code = await command(["--timeout", "0", ...args], {
    ...console,
    target: async (stack) => targetOf(stack, stack === "old" ? {} : { verify: output }),
  });
  return { code, ...printed };
}

const TRAEFIK_AGE = 'time() - (max(timestamp(up{job="traefik"';

test("0 and a table when everything arrives; progress goes elsewhere", async () => {
  const { code, out, err } = await run(["--stack", "svlnas"]);
  expect(code).toBe(0);
  expect(out).toMatch(/^\nsignal +query +age +found +state\n/);
  expect(out).toMatch(/\n\d+ ok\n$/);
  expect(err).toMatch(/arrived: host metrics \(\d+ s\)/);
  expect(out + err).not.toContain("secret");
});

test.each<[what: string, Parameters<typeof healthyHost>[1], code: number, summary: RegExp]>([
  ["stale", { [TRAEFIK_AGE]: [[{}, 900]] }, 1, /\d+ ok, 1 stale\n$/],
  ["missing", { [TRAEFIK_AGE]: [] }, 1, /\d+ ok, 1 missing\n$/],
  [
    "to check",
    { loki_write_dropped_entries_total: [[{ reason: "rate_limited" }, 5]] },
    0,
    /\d+ ok, 1 to check\n$/,
  ],
])("a signal that is %s", async (_, unwell, code, summary) => {
  expect(await run(["--stack", "svlnas"], unwell)).toMatchObject({
    code,
    out: expect.stringMatching(summary),
  });
});

test("--json: an array of results and nothing else on standard output", async () => {
  const { code, out } = await run(["--stack", "svlnas", "--json"], { [TRAEFIK_AGE]: [] });
  const rows: { signal: string; state: string }[] = JSON.parse(out);
  expect(code).toBe(1);
  expect(rows.find(({ signal }) => signal === "traefik")).toMatchObject({ state: "missing" });
  expect(rows.find(({ signal }) => signal === "self")).toMatchObject({ state: "ok" });
});

test("1 and one sentence when the stack has no such output", async () => {
  expect(await run(["--stack", "old"])).toEqual({
    code: 1,
    out: "",
    err: 'reading the outputs of old\nverify: Stack old has no output "verify" yet: run `pulumi up --stack old` with this version of the program, then verify again.\n',
  });
});

test("the address of a sink is taken without its slash", () => {
  const metrics = { ...sink, queryUrl: "https://metrics.example.net/api/prom/" };
  const target = targetOf("svlnas", { verify: { ...output, metrics } });
  expect(target).toEqual({
    facts,
    sinks: { metrics: { ...sink, queryUrl: "https://metrics.example.net/api/prom" }, logs: sink },
  });
});

const { logs: _, tokens: __, ...older } = facts;
const redact = (change: object) => ({
  logs: { ...facts.logs, redact: { ...facts.logs.redact, ...change } },
});
const token = (change: object) => ({ tokens: [{ ...facts.tokens[0], ...change }] });

test.each<[what: string, wrong: object, path: RegExp]>([
  [
    "a sink of another form",
    { logs: { ...sink, queryUrl: "secret", username: 7 } },
    /logs\.queryUrl: .+; logs\.username: /,
  ],
  ["facts of an older program", { facts: older }, /facts\.logs: [^;]+; facts\.tokens: /],
  [
    "a pattern that nothing knows",
    { facts: { ...facts, ...redact({ patterns: ["phoneNumbers"] }) } },
    /facts\.logs\.redact\.patterns\.0: /,
  ],
  [
    "an expression that is no text",
    { facts: { ...facts, ...redact({ expressions: [7] }) } },
    /facts\.logs\.redact\.expressions\.0: /,
  ],
  [
    "a date without a time",
    { facts: { ...facts, ...token({ expiresAt: "2027-01-31" }) } },
    /facts\.tokens\.0\.expiresAt: /,
  ],
  [
    "a time without a zone",
    { facts: { ...facts, ...token({ expiresAt: "2027-01-31T00:00:00" }) } },
    /facts\.tokens\.0\.expiresAt: /,
  ],
  [
    "days as text",
    { facts: { ...facts, ...token({ renewDays: "30" }) } },
    /facts\.tokens\.0\.renewDays: /,
  ],
  [
    "no way to renew",
    { facts: { ...facts, ...token({ renew: undefined }) } },
    /facts\.tokens\.0\.renew: /,
  ],
])("%s: what is wrong by path, without its value, and what fixes it", (_what, wrong, path) => {
  const whole = new RegExp(
    `^The output "verify" of stack svlnas is from another version of the program \\(${path.source}(?:(?!secret).)+\\): run \`pulumi up --stack svlnas\` with this version, then verify again\\.$`,
  );
  expect(() => targetOf("svlnas", { verify: { ...output, ...wrong } })).toThrow(whole);
});

test("what is waited for is shown every 15 s, a problem when it changes", () => {
  const lines: string[] = [];
  const show = progressLines((line) => lines.push(line));
  const waiting = { kind: "waiting", titles: ["Traefik", "GitHub poll"], secondsLeft: 90 } as const;
  show(waiting);
  show({ ...waiting, problem: "It is away." });
  show({ ...waiting, problem: "It is away." });
  show({ kind: "checking" });
  expect(lines).toEqual([
    "waiting for Traefik, GitHub poll (90 s left)",
    "It is away.",
    "checking what arrived",
  ]);
});
