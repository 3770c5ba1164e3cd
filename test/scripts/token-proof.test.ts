// Docker and the agent are SIMULATED here, see ../support/simulated-host.ts; the scripts run in a real shell.
import { closeSync, openSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { TokenProof } from "../../components/files/token-proof.ts";
import { type Look, TokenHost } from "./support/token-host.ts";

let host: TokenHost;
beforeEach(() => {
  host = new TokenHost();
});
afterEach(() => host[Symbol.dispose]());

const both = (secret: string) => ({
  "logs-password": `${secret}-l`,
  "metrics-password": `${secret}-m`,
});
const proven = (secret: string, seconds: number) =>
  ({ status: 0, last: "", seconds, secrets: both(secret) }) as const;
const again = "Once that is fixed: pulumi up --stack svlnas";
const noOld = "There is no old token to go back to.";
const wentBack = "The old token was put back on the host and is still good.";
const samplesRefused = "https://metrics.example/push refuses samples with the new token.";

describe("on the first deployment", () => {
  beforeEach(() => {
    host.writeBoth("first");
    host.agentStarted(4);
  });

  test("what the new agent sent proves its token, at once", () => {
    host.agentSays({ begun: 100, lines: 3 });
    expect(host.prove("first")).toEqual(proven("first", 0));
  });

  test("waits for the first sample and the first line", () => {
    host.agentStarted(4, "");
    host.agentSays({}, { begun: 100 }, { begun: 100, lines: 1 });
    expect(host.prove("first")).toEqual(proven("first", 2));
  });

  test("one batch that is refused, too old perhaps, is no refused token; three are", () => {
    host.agentSays({ begun: 90, failed: 90 }, { begun: 190, failed: 90, lines: 1 });
    expect(host.prove("first")).toMatchObject({ status: 0 });
    host.agentSays(...[0, 1, 2, 3].map((n) => ({ begun: n * 9, failed: n * 9 })));
    const last = `${samplesRefused} ${noOld} ${again}`;
    expect(host.prove("first")).toMatchObject({ status: 1, last, secrets: both("first") });
  });

  test("is not waited for where the sinks took the token when they were asked", () => {
    host.agentSays({});
    expect(host.prove("first", { asked: "taken" })).toEqual(proven("first", 0));
  });

  test("is proven by a line where no pipeline scrapes", () => {
    host.agentSays({ lines: 1 });
    expect(host.prove("first", { sendsMetrics: false })).toMatchObject({ status: 0 });
  });

  test("an agent that does not run proves nothing", () => {
    host.setAgent({ state: "exited" });
    const last = `The agent could not be asked. ${noOld} ${again}`;
    expect(host.prove("first")).toMatchObject({ status: 1, last });
  });
});

describe("in a rotation", () => {
  beforeEach(() => {
    host.writeBoth("old");
    host.agentStarted(4);
    host.agentSays({ begun: 1, lines: 1 });
    host.prove("old");
    host.agentStarted(-3600);
    host.writeBoth("new");
  });
  const before: Look = { begun: 500, failed: 7, lines: 50, refused: 2 };
  const busy = { ...before, begun: 900, lines: 90 };
  const pending = { ...before, begun: 520, pending: 20, lines: 60 };
  const failing = { ...before, begun: 520, failed: 27, lines: 60 };
  const sampled = { ...before, begun: 520 };
  const silent = { ...before, lines: 0 };
  const noSample =
    "https://metrics.example/push accepted no sample with the new token within 150 s.";

  test("the old token is kept on the host, for Alloy's user alone, until the new one is proven", () => {
    expect(host.files("secrets")).toEqual({
      ...both("new"),
      ".metrics-password.last": "old-m",
      ".logs-password.last": "old-l",
    });
    const mode = statSync(join(host.site.directory, "secrets", ".logs-password.last")).mode;
    expect(mode & 0o7777).toBe(0o400);
    host.agentSays(before, before, { ...before, begun: 501, lines: 51 });
    expect(host.prove("new")).toEqual(proven("new", 2));
  });

  test.each<[string, Look[], number, Partial<TokenProof>?]>([
    ["a sample that was under way", [before, before, pending, { ...pending, pending: 19 }], 4],
    ["samples alone, on a host that logs nothing", [silent, silent, { ...silent, begun: 520 }], 62],
    [
      "samples alone, where no pipeline reads logs",
      [before, before, sampled],
      2,
      { sendsLogs: false },
    ],
    [
      "lines alone, where no pipeline scrapes within its patience",
      [before, before, { ...before, lines: 60 }],
      2,
      { sendsMetrics: false },
    ],
    [
      "nothing, where no pipeline scrapes and nothing logs",
      [silent, silent],
      62,
      { sendsMetrics: false },
    ],
    [
      "nothing, where GitHub alone is polled",
      [before, before],
      ...([2, { sendsMetrics: false, sendsLogs: false }] as const),
    ],
  ])("is proven by %s", (_what, looks, seconds, change) => {
    host.agentSays(...looks);
    expect(host.prove("new", change)).toEqual(proven("new", seconds));
  });

  test.each<[string, Look[], string, number, Partial<TokenProof>?]>([
    [
      "nothing was sent since the old token's last requests ended",
      [before, busy],
      ...([noSample, 2 + 150] as const),
    ],
    [
      "samples are under way or tried again",
      [before, before, pending, { ...pending, begun: 540, retried: 20 }],
      ...([noSample, 2 + 150] as const),
    ],
    ["samples are refused", [before, before, failing], samplesRefused, 2],
    [
      "samples are refused twice, though the sinks took the token when they were asked",
      [before, before, { ...before, failed: 8 }, { ...before, failed: 9 }],
      ...([samplesRefused, 2, { asked: "taken" }] as const),
    ],
    [
      "lines are refused",
      [before, before, { ...sampled, refused: 3 }],
      ...(["https://logs.example/push refuses lines with the new token.", 2] as const),
    ],
    [
      "lines are refused, where no pipeline scrapes",
      [before, before, { ...before, refused: 3 }],
      "https://logs.example/push refuses lines with the new token.",
      ...([2, { sendsMetrics: false }] as const),
    ],
  ])("the old token is put back if %s", (_what, looks, reason, seconds, change) => {
    host.agentSays(...looks);
    expect(host.prove("new", change)).toEqual({
      status: 1,
      last: `${reason} ${wentBack} ${again}`,
      seconds,
      secrets: { ...both("old"), ".taken-back": "" },
    });
  });

  test("seconds are measured, not tries", () => {
    host.write("silent", "metrics");
    const last = `The agent did not answer within 60 s. ${wentBack} ${again}`;
    expect(host.prove("new")).toMatchObject({ status: 1, seconds: 65, last });
  });

  test("the old token is put back if requests with lines are answered and no line is taken", () => {
    host.agentSays(before, before);
    host.write("metrics.3", host.metrics(sampled).replace('"204"} 1', '"204"} 2'));
    const reason = "https://logs.example/push accepted no line with the new token within 150 s.";
    expect(host.prove("new")).toMatchObject({ last: `${reason} ${wentBack} ${again}` });
  });

  test("after a proof that failed the next run writes the new token again, and proves it", () => {
    host.agentSays(before, before, failing);
    host.prove("new");
    host.write("owners", "");
    host.agentSays(before, before, { ...sampled, lines: 60 });
    expect(host.prove("new")).toMatchObject({ status: 0, secrets: both("new") });
    expect(host.read("owners")).toBe(
      "3125:3125 .metrics-password.new\n3125:3125 .logs-password.new\n",
    );
  });

  test("the same token written again has nothing to prove where the sinks took it", () => {
    host.agentSays(before, before, { ...before, begun: 501, lines: 51 });
    host.prove("new");
    host.writeBoth("new");
    expect(host.files("secrets")).toEqual(both("new"));
    expect(host.prove("new", { asked: "taken" })).toEqual(proven("new", 0));
  });

  test("what is left of an interrupted run is not in the way of a token that is written again", () => {
    host.agentSays(before, before, failing);
    host.prove("new");
    const left = join(host.site.directory, "secrets", ".logs-password.new");
    writeFileSync(left, "half", { mode: 0o400 });
    const held = openSync(left, "r");
    host.agentSays(before, before, { ...sampled, lines: 60 });
    expect(host.prove("new")).toMatchObject({ status: 0, secrets: both("new") });
    expect(readFileSync(held, "utf8")).toBe("half");
    closeSync(held);
  });

  test("a second rotation before the first is proven goes back to the one that was", () => {
    host.writeBoth("newer");
    host.agentSays(before, before, failing);
    expect(host.prove("newer").secrets).toMatchObject(both("old"));
  });
});

test("a secret is written again to the byte, and is no argument of anything", () => {
  const secret = "$(id) 'x' \\n";
  host.writeBoth("old");
  host.agentStarted(-3600);
  host.writeBoth(secret);
  host.agentSays({}, {}, { failed: 1 });
  host.prove(secret);
  host.agentSays({}, {}, { begun: 1, lines: 1 });
  expect(host.prove(secret)).toMatchObject({ status: 0, secrets: both(secret) });
  expect(JSON.stringify(host.calls())).not.toContain("$(id)");
});

test("the tokens' ends leave the secrets once an agent runs that reads them elsewhere", () => {
  host.writeBoth("first");
  host.agentStarted(4);
  host.agentSays({ begun: 100, lines: 3 });
  writeFileSync(join(host.site.directory, "secrets", "tokens.prom"), "# ends\n");
  expect(host.prove("first")).toEqual(proven("first", 0));
});

test("a secret that the agent does not push with is replaced at once", () => {
  host.writeSecret("github-token", "a");
  host.writeSecret("github-token", "b");
  expect(host.files("secrets")).toEqual({ "github-token": "b" });
});
