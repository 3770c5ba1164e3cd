// The one runner of scripts on a host, with real shells; ssh is SIMULATED, see ../support/simulated-host.ts.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type HostScript, runScript, scriptOutput } from "../../host-shell/run.ts";
import { scriptRunner } from "../../host-shell/shell.ts";
import { routeTo } from "../../host-shell/ssh.ts";
import { SimulatedHost } from "../support/simulated-host.ts";
import { hostKey } from "../support/stack-files.ts";

let host: SimulatedHost;
beforeEach(() => {
  host = new SimulatedHost();
  for (const [name, value] of Object.entries(host.env)) vi.stubEnv(name, value);
});
afterEach(() => {
  vi.unstubAllEnvs();
  host[Symbol.dispose]();
});

const target = { type: "ssh", address: "svlnas", user: "deploy", port: 2222 } as const;
const overSsh = routeTo({ ...target, hostKey });
const here = routeTo({ type: "local", dockerSocket: "/nowhere.sock" });
const script = (text: string, more: Partial<HostScript> = {}): HostScript => ({
  name: "test",
  script: text,
  timeout: 20_000,
  ...more,
});

test("over SSH by the host's user, with the options of the Docker provider", async () => {
  expect(await scriptOutput(overSsh, script("cat; pwd >&2", { data: "a secret" }))).toBe(
    "a secret",
  );
  const target = ["-T", "-p", "2222", "-l", "deploy", "--", "svlnas", scriptRunner("test"), ""];
  expect(host.read("ssh-arguments")).toBe([...overSsh.sshOptions, ...target].join("\n"));
});

test("to an IPv6 address, which has brackets in the provider's URL alone", async () => {
  await scriptOutput(routeTo({ ...target, hostKey, address: "2001:db8::7" }), script("true"));
  expect(host.read("ssh-arguments")).toContain("\n2222\n-l\ndeploy\n--\n2001:db8::7\n");
});

test("on this machine with the stack's Docker socket", async () => {
  expect(await scriptOutput(here, script('printf %s "$DOCKER_HOST"'))).toBe("unix:///nowhere.sock");
});

test("tells both streams and the exit code", async () => {
  const end = await runScript(overSsh, script("echo out; echo err >&2; exit 3"));
  expect(end).toMatchObject({ stdout: "out", stderr: "err", exitCode: 3, timedOut: false });
});

test.each([
  [
    `echo "docker: no such image." >&2; echo "See 'docker run --help'." >&2; exit 125`,
    "docker: no such image.",
  ],
  ["echo 'TOKEN=a secret'; exit 3", "exit code 3"],
])(
  "fails with what the script said last, but not Docker's hint or its output: %s",
  async (text, reason) => {
    await expect(scriptOutput(here, script(text))).rejects.toThrow(new Error(reason));
  },
);

test.each([true, false])(
  "is waited for no longer than its time, whatever it started: %s",
  async (outlivesInterrupt) => {
    const slow = script("/bin/sleep 9; echo late", { timeout: 200, outlivesInterrupt });
    const before = Date.now();
    await expect(scriptOutput(here, slow)).rejects.toThrow("it did not finish in time");
    expect(Date.now() - before).toBeLessThan(5000);
  },
);
