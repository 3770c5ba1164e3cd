import { afterEach, expect, test } from "vitest";
import { command, usage } from "../../cli/verify/command.ts";
import { targetOf } from "../../cli/verify/outputs.ts";
import { progressLines } from "../../cli/verify/progress.ts";
import { factsOf } from "./support/facts.ts";
import { healthyHost } from "./support/healthy-host.ts";
import { type StandIn, type StandInData, startSinkStandIn } from "./support/sink-stand-in.ts";

const open: StandIn[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((standIn) => standIn.close()));
});

const verifyOutput = (sink: StandIn["sink"]) => ({
  verify: { facts: factsOf("svlnas"), metrics: sink, logs: sink },
});

/** Runs the command against a stand-in; answers exit code and what was printed. */
async function run(args: string[], data: StandInData = healthyHost("svlnas")) {
  const standIn = await startSinkStandIn(data);
  open.push(standIn);
  const printed = { out: "", err: "" };
  const code = await command(args, {
    target: async (stack) => targetOf(stack, stack === "old" ? {} : verifyOutput(standIn.sink)),
    out: (text) => {
      printed.out += text;
    },
    say: (line) => {
      printed.err += `${line}\n`;
    },
    terminal: { width: 120, colour: false },
  });
  return { code, ...printed };
}

interface Wrong {
  logs?: object;
  token?: object;
}

const broken = () => healthyHost("svlnas", { 'time() - (max(timestamp(up{job="traefik"': [] });

test("0 and a table when everything arrives; progress goes elsewhere", async () => {
  const { code, out, err } = await run(["--stack", "svlnas", "--timeout", "0"]);
  expect(code).toBe(0);
  expect(out).toMatch(/^\nsignal +query +age +found +state\n/);
  expect(out).toMatch(/\n\d+ ok\n$/);
  expect(err).toMatch(/arrived: host metrics \(\d+ s\)/);
  expect(out + err).not.toContain("secret");
});

test("1 when a signal is missing or stale; a warning alone is no failure", async () => {
  const old = healthyHost("svlnas", { 'time() - (max(timestamp(up{job="traefik"': [[{}, 900]] });
  expect(await run(["--stack", "svlnas", "--timeout=0"], old)).toMatchObject({ code: 1 });
  const missing = await run(["--stack", "svlnas", "--timeout=0"], broken());
  expect(missing).toMatchObject({ code: 1 });
  expect(missing.out).toMatch(/\d+ ok, 1 missing\n$/);
  const dropped = { loki_write_dropped_entries_total: [[{ reason: "rate_limited" }, 5]] } as const;
  const data = healthyHost("svlnas", dropped as unknown as Parameters<typeof healthyHost>[1]);
  const warning = await run(["--stack", "svlnas", "--timeout=0"], data);
  expect(warning).toMatchObject({ code: 0 });
  expect(warning.out).toContain("1 to look at");
});

test("--json: an array of results and nothing else on standard output", async () => {
  const { code, out } = await run(["--stack", "svlnas", "--timeout", "0", "--json"], broken());
  const rows: { signal: string; state: string }[] = JSON.parse(out);
  expect(code).toBe(1);
  expect(rows.find(({ signal }) => signal === "traefik")).toMatchObject({ state: "missing" });
  expect(rows.find(({ signal }) => signal === "self")).toMatchObject({ state: "ok" });
});

test.each([
  [[], "--stack is missing"],
  [["--stack", "svlnas", "--timeout", "soon"], '--timeout must be whole seconds, not "soon"'],
  [["--stack", "svlnas", "--timeout=-1"], "--timeout must be whole seconds"],
  [["--stak", "svlnas"], "'--stak'"],
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

test("1 and one sentence when the stack has no such output", async () => {
  expect(await run(["--stack", "old"])).toEqual({
    code: 1,
    out: "",
    err: 'verify: Stack old has no output "verify" yet: run `pulumi up --stack old` with this version of the program, then ask again.\n',
  });
});

test("outputs of another form are told by path, without their values", () => {
  const sink = { queryUrl: "https://metrics.example.net/api/prom/", username: "1", password: "pw" };
  const outputs = verifyOutput(sink);
  const { facts, sinks } = targetOf("svlnas", outputs);
  expect(facts).toEqual(factsOf("svlnas"));
  expect(sinks.metrics.queryUrl).toBe("https://metrics.example.net/api/prom");
  const wrong = { ...outputs.verify, logs: { ...sink, queryUrl: "pw-as-url", username: 7 } };
  expect(() => targetOf("svlnas", { verify: wrong })).toThrow(
    /\(logs\.queryUrl: .+; logs\.username: .+\): run `pulumi up --stack svlnas` with this version, then ask again\.$/,
  );
  expect(() => targetOf("svlnas", { verify: wrong })).not.toThrow(/pw-as-url/);
});

test("outputs of an older program: what is not there, and what brings it", () => {
  const sink = { queryUrl: "https://metrics.example.net", username: "1", password: "pw" };
  const { logs: _, tokens: __, ...older } = factsOf("svlnas");
  const outputs = { verify: { ...verifyOutput(sink).verify, facts: older } };
  expect(() => targetOf("svlnas", outputs)).toThrow(
    /^The output "verify" of stack svlnas is of another version of the program \(facts\.logs: [^;]+; facts\.tokens: [^;]+\): run `pulumi up --stack svlnas` with this version, then ask again\.$/,
  );
});

test.each([
  [
    "a pattern that nothing knows",
    { logs: { patterns: ["phoneNumbers"] } },
    "logs.redact.patterns.0",
  ],
  ["an expression that is no text", { logs: { expressions: [7] } }, "logs.redact.expressions.0"],
  ["a date without a time", { token: { expiresAt: "2027-01-31" } }, "tokens.0.expiresAt"],
  ["a time without a zone", { token: { expiresAt: "2027-01-31T00:00:00" } }, "tokens.0.expiresAt"],
  ["days as text", { token: { renewDays: "30" } }, "tokens.0.renewDays"],
  ["no way to renew", { token: { renew: undefined } }, "tokens.0.renew"],
])("facts with %s are refused", (_, { logs = {}, token = {} }: Wrong, path) => {
  const sink = { queryUrl: "https://metrics.example.net", username: "1", password: "pw" };
  const { verify } = verifyOutput(sink);
  const redact = { ...verify.facts.logs.redact, ...logs };
  const tokens = [{ ...verify.facts.tokens[0], ...token }];
  const facts = { ...verify.facts, logs: { ...verify.facts.logs, redact }, tokens };
  expect(() => targetOf("svlnas", { verify: { ...verify, facts } })).toThrow(`(facts.${path}: `);
});

test("what is waited for is told every 15 s, a problem when it changes", () => {
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
