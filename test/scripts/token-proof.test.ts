// Docker and the agent are SIMULATED here, see ../support/simulated-host.ts; the scripts run in a real shell.
import { closeSync, openSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { prepareHost, writeSecret } from "../../components/files/install-scripts.ts";
import { proveTokens, type TokenProof } from "../../components/files/token-proof.ts";
import { SimulatedHost } from "../support/simulated-host.ts";

let host: SimulatedHost;
beforeEach(() => {
  host = new SimulatedHost({ state: "running" });
  host.run(prepareHost(host.site));
});
afterEach(() => host[Symbol.dispose]());

/** What the agent's metrics say, as Prometheus' text; when it read the secrets in seconds after they were written. */
interface Look {
  read?: number;
  begun?: number;
  pending?: number;
  failed?: number;
  retried?: number;
  lines?: number;
  refused?: number;
}

/** Seconds since 1970 of a moment, told from when the secrets were written. */
const after1970 = (offset: number) =>
  Math.floor(statSync(join(host.site.directory, "secrets", "logs-password")).mtimeMs / 1000) +
  offset;

function text(look: Look): string {
  const at = (offset: number) => after1970(offset).toExponential(9);
  const { read = -5, begun = 0, pending = 0, failed = 0, retried = 0 } = look;
  const { lines = 0, refused = 0 } = look;
  const id = (name: string) => `component_id="local.file.${name}",component_path="/"`;
  const to = `component_id="prometheus.remote_write.grafana_cloud",url="https://m {x}"`;
  return `\
# HELP local_file_timestamp_last_accessed_unix_seconds The last successful access
local_file_timestamp_last_accessed_unix_seconds{${id("host")}} ${at(9000)}
local_file_timestamp_last_accessed_unix_seconds{${id("logs_password")}} ${at(read)}
local_file_timestamp_last_accessed_unix_seconds{${id("metrics_password")}} ${at(read + 3)}
loki_write_request_duration_seconds_count{host="h",status_code="204"} ${lines ? 1 : 0}
loki_write_request_duration_seconds_count{host="h",status_code="401"} ${refused}
loki_write_sent_entries_total{host="h"} ${lines}
prometheus_remote_storage_samples_total{${to}} ${begun}
prometheus_remote_storage_samples_pending{${to}} ${pending}
prometheus_remote_storage_samples_failed_total{${to}} ${failed}
prometheus_remote_storage_samples_retried_total{${to}} ${retried}
`;
}

/** Docker says when the agent started: nine digits of a second, or none. */
function agentStarted(offset: number, digits = ".123456789"): void {
  const iso = new Date(after1970(offset) * 1000).toISOString();
  host.write("started", `${iso.replace(".000", digits)}\n`);
}

/** What the agent says, look after look; the last one from then on. */
function agentSays(...looks: Look[]): void {
  host.write("looks", "0");
  for (const [index, look] of looks.entries()) host.write(`metrics.${index + 1}`, text(look));
}

const write = (name: string, secret: string) =>
  host.run(writeSecret(host.site, { name, bytes: Buffer.byteLength(secret) }), secret);
function writeBoth(secret: string): void {
  write("metrics-password", `${secret}-m`);
  write("logs-password", `${secret}-l`);
}

/** Runs the proof; answers how it ended, what it waited for in all, and what is on the host then. */
function prove(secret: string, change: Partial<TokenProof> = {}) {
  const proof: TokenProof = {
    site: host.site,
    metricsUrl: "https://metrics.example/push",
    logsUrl: "https://logs.example/push",
    sendsMetrics: true,
    sendsLogs: true,
    asked: "unclear",
    stack: "svlnas",
    ...change,
  };
  host.write("sleeps", "");
  const { status, stderr } = host.run(proveTokens(proof), `${secret}-m\n${secret}-l\n`);
  const sleeps = host.read("sleeps").split("\n").map(Number);
  return {
    status,
    last: stderr.trimEnd().split("\n").at(-1),
    seconds: sleeps.reduce((sum, one) => sum + one, 0),
    secrets: host.files("secrets"),
  };
}

const both = (secret: string) => ({
  "logs-password": `${secret}-l`,
  "metrics-password": `${secret}-m`,
});
const proven = (secret: string, seconds: number) =>
  ({ status: 0, last: "", seconds, secrets: both(secret) }) as const;
const again = "When that is mended: pulumi up --stack svlnas";
const noOld = "There is no old token to go back to.";
const wentBack = "The old token was put back on the host and is still good.";
const samplesRefused = "https://metrics.example/push refuses samples with the new token.";

describe("on the first deployment", () => {
  beforeEach(() => {
    writeBoth("first");
    agentStarted(4);
  });

  test("what the new agent sent proves its token, at once", () => {
    agentSays({ read: 5, begun: 100, lines: 3 });
    expect(prove("first")).toEqual(proven("first", 0));
  });

  test("waits for the first sample and the first line", () => {
    agentStarted(4, "");
    agentSays({}, { begun: 100 }, { begun: 100, lines: 1 });
    expect(prove("first")).toEqual(proven("first", 2));
  });

  test("one batch that is refused, too old perhaps, is no refused token; three are", () => {
    agentSays({ begun: 90, failed: 90 }, { begun: 190, failed: 90, lines: 1 });
    expect(prove("first")).toMatchObject({ status: 0 });
    agentSays(...[0, 1, 2, 3].map((n) => ({ begun: n * 9, failed: n * 9 })));
    const last = `${samplesRefused} ${noOld} ${again}`;
    expect(prove("first")).toMatchObject({ status: 1, last, secrets: both("first") });
  });

  test("is not waited for where the sinks took the token when they were asked", () => {
    agentSays({});
    expect(prove("first", { asked: "taken" })).toEqual(proven("first", 0));
  });

  test("is proven by a line where no pipeline scrapes", () => {
    agentSays({ lines: 1 });
    expect(prove("first", { sendsMetrics: false })).toMatchObject({ status: 0 });
  });

  test("an agent that does not run proves nothing", () => {
    host.setAgent({ state: "exited" });
    const last = `The agent could not be asked. ${noOld} ${again}`;
    expect(prove("first")).toMatchObject({ status: 1, last });
  });
});

describe("in a rotation", () => {
  beforeEach(() => {
    writeBoth("old");
    agentStarted(4);
    agentSays({ begun: 1, lines: 1 });
    prove("old");
    agentStarted(-3600);
    writeBoth("new");
  });
  const before: Look = { begun: 500, failed: 7, lines: 50, refused: 2 };
  const after: Look = { ...before, read: 100 };
  const busy = { ...before, begun: 900, lines: 90 };
  const pending = { ...after, begun: 520, pending: 20, lines: 60 };
  const failing = { ...after, begun: 520, failed: 27, lines: 60 };
  const sampled = { ...after, begun: 520 };
  const silent = { ...after, lines: 0 };
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
    agentSays(before, after, after, { ...after, begun: 501, lines: 51 });
    expect(prove("new")).toMatchObject({ status: 0, secrets: both("new") });
  });

  test.each<[string, Look[], number, Partial<TokenProof>?]>([
    ["a sample that was under way", [after, after, pending, { ...pending, pending: 19 }], 4],
    ["samples alone, on a host that logs nothing", [silent, silent, { ...silent, begun: 520 }], 62],
    [
      "samples alone, where no pipeline reads logs",
      [after, after, sampled],
      2,
      { sendsLogs: false },
    ],
    [
      "lines alone, where no pipeline scrapes within its patience",
      [after, after, { ...after, lines: 60 }],
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
      [after, after],
      ...([2, { sendsMetrics: false, sendsLogs: false }] as const),
    ],
  ])("is proven by %s", (_what, looks, seconds, change) => {
    agentSays(...looks);
    expect(prove("new", change)).toEqual(proven("new", seconds));
  });

  test.each<[string, Look[], string, number, Partial<TokenProof>?]>([
    [
      "nothing was sent since the agent has read both files",
      [before, busy, { ...busy, read: 1 }, { ...busy, read: 2 }, { ...busy, read: 2 }],
      ...([noSample, 3 + 2 + 150] as const),
    ],
    [
      "samples are under way or tried again",
      [after, after, pending, { ...pending, begun: 540, retried: 20 }],
      ...([noSample, 2 + 150] as const),
    ],
    ["samples are refused", [after, after, failing], samplesRefused, 2],
    [
      "samples are refused twice, though the sinks took the token when they were asked",
      [after, after, { ...after, failed: 8 }, { ...after, failed: 9 }],
      ...([samplesRefused, 2, { asked: "taken" }] as const),
    ],
    [
      "lines are refused",
      [after, after, { ...sampled, refused: 3 }],
      ...(["https://logs.example/push refuses lines with the new token.", 2] as const),
    ],
    [
      "lines are refused, where no pipeline scrapes",
      [after, after, { ...after, refused: 3 }],
      "https://logs.example/push refuses lines with the new token.",
      ...([2, { sendsMetrics: false }] as const),
    ],
    ["the agent reads no file", [before], "The agent has not read its new token within 60 s.", 60],
  ])("the old token is put back if %s", (_what, looks, reason, seconds, change) => {
    agentSays(...looks);
    expect(prove("new", change)).toEqual({
      status: 1,
      last: `${reason} ${wentBack} ${again}`,
      seconds,
      secrets: { ...both("old"), ".taken-back": "" },
    });
  });

  test("seconds are measured, not tries", () => {
    host.write("silent", "metrics");
    expect(prove("new")).toMatchObject({ status: 1, seconds: 65 });
  });

  test("the old token is put back if requests with lines are answered and no line is taken", () => {
    agentSays(after, after);
    host.write("metrics.3", text(sampled).replace('"204"} 1', '"204"} 2'));
    const reason = "https://logs.example/push accepted no line with the new token within 150 s.";
    expect(prove("new")).toMatchObject({ last: `${reason} ${wentBack} ${again}` });
  });

  test("after a proof that failed the next run writes the new token again, and proves it", () => {
    agentSays(after, after, failing);
    prove("new");
    host.write("owners", "");
    agentSays(after, after, { ...sampled, lines: 60 });
    expect(prove("new")).toMatchObject({ status: 0, secrets: both("new") });
    expect(host.read("owners")).toBe(
      "3125:3125 .metrics-password.new\n3125:3125 .logs-password.new\n",
    );
  });

  test("the same token written again has nothing to prove where the sinks took it", () => {
    agentSays(before, after, after, { ...after, begun: 501, lines: 51 });
    prove("new");
    writeBoth("new");
    expect(host.files("secrets")).toEqual(both("new"));
    expect(prove("new", { asked: "taken" })).toEqual(proven("new", 0));
  });

  test("what is left of an interrupted run is not in the way of a token that is written again", () => {
    agentSays(after, after, failing);
    prove("new");
    const left = join(host.site.directory, "secrets", ".logs-password.new");
    writeFileSync(left, "half", { mode: 0o400 });
    const held = openSync(left, "r");
    agentSays(after, after, { ...sampled, lines: 60 });
    expect(prove("new")).toMatchObject({ status: 0, secrets: both("new") });
    expect(readFileSync(held, "utf8")).toBe("half");
    closeSync(held);
  });

  test("a second rotation before the first is proven goes back to the one that was", () => {
    writeBoth("newer");
    agentSays(after, after, failing);
    expect(prove("newer").secrets).toMatchObject(both("old"));
  });
});

test("a secret is written again to the byte, and is no argument of anything", () => {
  const secret = "$(id) 'x' \\n";
  writeBoth("old");
  agentStarted(-3600);
  writeBoth(secret);
  agentSays({ read: 100 }, { read: 100 }, { read: 100, failed: 1 });
  prove(secret);
  agentSays({ read: 100 }, { read: 100 }, { read: 100, begun: 1, lines: 1 });
  expect(prove(secret)).toMatchObject({ status: 0, secrets: both(secret) });
  expect(JSON.stringify(host.calls())).not.toContain("$(id)");
});

test("the tokens' ends leave the secrets once an agent runs that reads them elsewhere", () => {
  writeBoth("first");
  agentStarted(4);
  agentSays({ read: 5, begun: 100, lines: 3 });
  writeFileSync(join(host.site.directory, "secrets", "tokens.prom"), "# ends\n");
  expect(prove("first")).toEqual(proven("first", 0));
});

test("a secret that the agent does not push with is replaced at once", () => {
  write("github-token", "a");
  write("github-token", "b");
  expect(host.files("secrets")).toEqual({ "github-token": "b" });
});
