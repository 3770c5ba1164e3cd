// Docker and the agent are SIMULATED here, see ../support/simulated-host.ts; the scripts run in a real shell.
import { statSync } from "node:fs";
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

/** What the agent says, look after look; the last for ever. */
function agentSays(...looks: Look[]): void {
  host.write("looks", "0");
  for (const [index, look] of looks.entries()) host.write(`metrics.${index + 1}`, text(look));
}

const write = (name: string, secret: string) => host.run(writeSecret(host.site, name), secret);
function writeBoth(secret: string): void {
  expect(write("metrics-password", `${secret}-m`).status).toBe(0);
  expect(write("logs-password", `${secret}-l`).status).toBe(0);
}

const prove = (secret: string, change: Partial<TokenProof> = {}) => {
  const proof: TokenProof = {
    site: host.site,
    metricsUrl: "https://metrics.example/push",
    logsUrl: "https://logs.example/push",
    sendsLogs: true,
    asked: "unclear",
    stack: "svlnas",
    ...change,
  };
  return host.run(proveTokens(proof), `${secret}-m\n${secret}-l\n`);
};
const seconds = () =>
  host
    .read("sleeps")
    .split("\n")
    .reduce((sum, line) => sum + Number(line), 0);
const lastLine = (of: string) => of.trimEnd().split("\n").at(-1);

const done = { status: 0, stdout: "", stderr: "" };
const both = (secret: string) => ({
  "logs-password": `${secret}-l`,
  "metrics-password": `${secret}-m`,
});
const again = "When that is mended: pulumi up --stack svlnas";
const old = "The old token was put back on the host and is still good.";

describe("on the first deployment", () => {
  beforeEach(() => {
    writeBoth("first");
    agentStarted(4);
  });

  test("what the new agent sent proves its token, at once", () => {
    agentSays({ read: 5, begun: 100, lines: 3 });
    expect(prove("first")).toEqual(done);
    expect(seconds()).toBe(0);
  });

  test("waits for the first sample and the first line", () => {
    agentStarted(4, "");
    agentSays({}, { begun: 100 }, { begun: 100, lines: 1 });
    expect(prove("first")).toEqual(done);
    expect(seconds()).toBe(2);
  });

  test("one batch that is refused, too old perhaps, is no refused token; three are", () => {
    agentSays({ begun: 90, failed: 90 }, { begun: 190, failed: 90, lines: 1 });
    expect(prove("first")).toEqual(done);
    const fails = [0, 1, 2, 3].map((n) => ({ begun: n * 9, failed: n * 9 }));
    agentSays(...fails);
    const { status, stderr } = prove("first");
    expect(status).toBe(1);
    expect(lastLine(stderr)).toBe(
      `https://metrics.example/push refuses samples with the new token. There is no old token to go back to. ${again}`,
    );
    expect(host.files("secrets")).toEqual(both("first"));
  });

  test("is not waited for where the sinks took the token when they were asked: nothing hangs on it", () => {
    agentSays({});
    expect(prove("first", { asked: "taken" })).toEqual(done);
    expect(seconds()).toBe(0);
    expect(host.files("secrets")).toEqual(both("first"));
  });

  test("an agent that does not run proves nothing", () => {
    host.setAgent({ state: "exited" });
    const { status, stderr } = prove("first");
    expect(status).toBe(1);
    expect(lastLine(stderr)).toBe(
      `The agent could not be asked. There is no old token to go back to. ${again}`,
    );
  });
});

describe("in a rotation", () => {
  beforeEach(() => {
    writeBoth("old");
    agentStarted(4);
    agentSays({ begun: 1, lines: 1 });
    prove("old");
    agentStarted(-3600);
    host.write("sleeps", "");
    writeBoth("new");
  });
  const before: Look = { begun: 500, failed: 7, lines: 50, refused: 2 };
  const after: Look = { ...before, read: 100 };

  test("the old token is kept on the host, for Alloy's user alone, until the new one is proven", () => {
    expect(host.files("secrets")).toEqual({
      ...both("new"),
      ".metrics-password.last": "old-m",
      ".logs-password.last": "old-l",
    });
    const mode = statSync(join(host.site.directory, "secrets", ".logs-password.last")).mode;
    expect(mode & 0o7777).toBe(0o400);
    agentSays(before, after, after, { ...after, begun: 501, lines: 51 });
    expect(prove("new")).toEqual(done);
    expect(host.files("secrets")).toEqual(both("new"));
  });

  test("waits until the agent has read both files, and counts nothing from before", () => {
    const busy = { ...before, begun: 900, lines: 90 };
    agentSays(before, busy, { ...busy, read: 1 }, { ...busy, read: 2 }, { ...busy, read: 2 });
    const { status, stderr } = prove("new");
    expect(status).toBe(1);
    expect(lastLine(stderr)).toBe(
      `https://metrics.example/push accepted no sample with the new token within 150 s. ${old} ${again}`,
    );
    expect(seconds()).toBe(3 + 2 + 150);
  });

  test("a sample that is under way or is tried again is none that was accepted", () => {
    const pending = { ...after, begun: 520, pending: 20, lines: 60 };
    agentSays(after, after, pending, { ...pending, begun: 540, retried: 20 });
    expect(prove("new").status).toBe(1);
    agentSays(after, after, pending, { ...pending, pending: 19 });
    expect(prove("new")).toEqual(done);
  });

  test("refused samples put the old token back at once", () => {
    agentSays(after, after, { ...after, begun: 520, failed: 27, lines: 60 });
    const { status, stderr } = prove("new");
    expect(status).toBe(1);
    expect(lastLine(stderr)).toBe(
      `https://metrics.example/push refuses samples with the new token. ${old} ${again}`,
    );
    expect(seconds()).toBe(2);
    expect(host.files("secrets")).toEqual({ ...both("old"), ".taken-back": "" });
  });

  test("they do so too when the sinks took the token where they were asked", () => {
    const fails = [1, 2].map((n) => ({ ...after, begun: 500 + n, failed: 7 + n }));
    agentSays(after, after, ...fails);
    const { status, stderr } = prove("new", { asked: "taken" });
    expect(status).toBe(1);
    expect(lastLine(stderr)).toContain(old);
    expect(host.files("secrets")).toMatchObject(both("old"));
  });

  test("refused lines too", () => {
    agentSays(after, after, { ...after, begun: 520, refused: 3 });
    const { stderr } = prove("new");
    expect(lastLine(stderr)).toBe(
      `https://logs.example/push refuses lines with the new token. ${old} ${again}`,
    );
    expect(host.files("secrets")).toMatchObject(both("old"));
  });

  test("after a proof that failed the next run writes the new token again, and proves it", () => {
    agentSays(after, after, { ...after, begun: 520, failed: 27 });
    prove("new");
    host.write("owners", "");
    agentSays(after, after, { ...after, begun: 520, lines: 60 });
    expect(prove("new")).toEqual(done);
    expect(host.files("secrets")).toEqual(both("new"));
    expect(host.read("owners")).toBe(
      "3125:3125 .metrics-password.new\n3125:3125 .logs-password.new\n",
    );
  });

  test("a second rotation before the first is proven goes back to the one that was", () => {
    writeBoth("newer");
    agentSays(after, after, { ...after, begun: 520, failed: 27 });
    prove("newer");
    expect(host.files("secrets")).toMatchObject(both("old"));
  });

  test("lines that no sink takes fail it; a host that logs nothing does not", () => {
    const samples = { ...after, begun: 520 };
    agentSays({ ...after, lines: 0 }, { ...after, lines: 0 }, { ...samples, lines: 0 });
    expect(prove("new")).toEqual(done);
    expect(seconds()).toBe(2 + 60);
    writeBoth("newer");
    const tried = (n: number) => text(samples).replace('"204"} 1', `"204"} ${n}`);
    agentSays(after, after);
    host.write("metrics.3", tried(2));
    const { stderr } = prove("newer");
    expect(lastLine(stderr)).toBe(
      `https://logs.example/push accepted no line with the new token within 150 s. The old token was put back on the host and is still good. ${again}`,
    );
  });

  test("lines are not waited for where no pipeline reads any", () => {
    agentSays(after, after, { ...after, begun: 520 });
    expect(prove("new", { sendsLogs: false })).toEqual(done);
    expect(seconds()).toBe(2);
  });

  test("an agent that does not read its files fails it", () => {
    agentSays(before);
    const { stderr } = prove("new");
    expect(lastLine(stderr)).toBe(
      `The agent has not read its new token within 60 s. ${old} ${again}`,
    );
    expect(seconds()).toBe(59);
  });
});

test("a secret is written again to the byte, and is no argument of anything", () => {
  const secret = "$(id) 'x' \\n";
  writeBoth("old");
  agentStarted(-3600);
  writeBoth(secret);
  agentSays({ read: 100 }, { read: 100 }, { read: 100, failed: 1 });
  prove(secret);
  prove(secret);
  agentSays({ read: 100 }, { read: 100 }, { read: 100, begun: 1, lines: 1 });
  expect(prove(secret)).toEqual(done);
  expect(host.files("secrets")).toEqual(both(secret));
  expect(JSON.stringify(host.calls())).not.toContain("$(id)");
});

test("a secret that the agent does not push with is replaced at once", () => {
  write("github-token", "a");
  write("github-token", "b");
  expect(host.files("secrets")).toEqual({ "github-token": "b" });
});
