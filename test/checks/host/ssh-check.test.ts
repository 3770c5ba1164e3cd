import { describe, expect, test } from "vitest";
import { keysOf } from "../../../checks/host/host-keys.ts";
import { BEGIN } from "../../../checks/host/script.ts";
import { sshCheck } from "../../../checks/host/ssh-check.ts";
import type { SshConnection } from "../../../config/schema.ts";
import type { ScriptEnd } from "../../../host-shell/run.ts";
import { cloudImageAnswer } from "../../../lab/sshd-config.ts";

const ed25519 = "ssh-ed25519 AAAAC3Nz";
const ecdsa = "ecdsa-sha2-nistp256 AAAAE2Vj";
const connection: SshConnection = {
  type: "ssh",
  address: "svlnas",
  user: "deploy",
  port: 22,
  hostKey: ed25519,
};

const end = (stderr: string, exitCode = 255): ScriptEnd => ({
  stdout: "",
  stderr,
  exitCode,
  timedOut: false,
});
const check = (ended: ScriptEnd, keys: string[] = [], change: Partial<SshConnection> = {}) =>
  sshCheck(ended, { ...connection, ...change }, "svlnas", async () => keys);
const set = (field: string, value: string) =>
  `pulumi config set --stack svlnas --path 'grafana-alloy:host.connection.${field}' ${value}`;

describe("ssh that fails", () => {
  test.each([
    [
      "an unknown name",
      "ssh: Could not resolve hostname svlnas: Name or service not known",
      "host.connection.address",
      "names svlnas, which no name server knows",
      set("address", "NAME"),
    ],
    [
      "a closed port",
      "ssh: connect to host svlnas port 22: Connection refused",
      "host.connection.port",
      "is 22, where nothing listens on svlnas: connection refused",
      `on the host, see where sshd listens: ss -ltn; then ${set("port", "PORT")}`,
    ],
    [
      "no answer",
      "ssh: connect to host svlnas port 22: Connection timed out",
      "host.connection.address",
      "names svlnas, which does not answer on port 22",
      "see that the host is up and this network has a route to it: ping svlnas",
    ],
    [
      "a key that is refused",
      "deploy@svlnas: Permission denied (publickey).",
      "host.connection.user",
      "deploy is refused by svlnas with the keys of the ssh-agent",
      "ssh-add -l shows them; then ssh-copy-id -p 22 deploy@svlnas",
    ],
    [
      "an OpenSSH without KnownHostsCommand",
      "command-line: line 0: Bad configuration option: knownhostscommand",
      "ssh",
      "is older than OpenSSH 8.5 on this machine and can't be told the host's key",
      "update OpenSSH's client on this machine",
    ],
    [
      "anything else",
      "debug\nkex_exchange_identification: Connection closed by remote host",
      "host.connection.address",
      "deploy@svlnas:22 can't be reached, ssh said: kex_exchange_identification: Connection closed by remote host",
      "ssh -v -p 22 deploy@svlnas",
    ],
  ])("%s", async (_kind, stderr, path, reason, fix) => {
    expect((await check(end(stderr))).fault).toEqual({ path, reason, fix });
  });

  test("a key file that is refused, and one that can't be read", async () => {
    const change = { privateKeyFile: "~/.ssh/alloy" };
    const denied = "deploy@svlnas: Permission denied (publickey).";
    expect((await check(end(denied), [], change)).fault).toEqual({
      path: "host.connection.user",
      reason: "deploy is refused by svlnas with the key ~/.ssh/alloy",
      fix: "ssh-copy-id -f -i ~/.ssh/alloy -p 22 deploy@svlnas",
    });
    const missing = `Warning: Identity file /root/.ssh/alloy not accessible: No such file or directory.\n${denied}`;
    expect((await check(end(missing), [], change)).fault?.reason).toBe(
      "names ~/.ssh/alloy, which can't be read on this machine",
    );
  });

  test("no ssh at all", async () => {
    const fault = {
      path: "ssh",
      reason: "is not on PATH",
      fix: "install OpenSSH's client on this machine",
    };
    const missing: ScriptEnd = { stdout: "", stderr: "", code: "ENOENT", timedOut: false };
    expect((await check(missing)).fault).toEqual(fault);
  });

  test.each([
    "No ED25519 host key is known for svlnas and you have requested strict checking.\nHost key verification failed.",
    "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\nHost key verification failed.",
  ])("another host key, with the one that was found: %s", async (stderr) => {
    const change = { hostKey: "ecdsa-sha2-nistp256 BBBB" };
    expect((await check(end(stderr), [ecdsa, ed25519], change)).fault).toEqual({
      path: "host.connection.hostKey",
      reason: `is not the key that svlnas shows; that one is: ${ecdsa}. Unless the host was set up anew, somebody may be in between`,
      fix: `compare on the host's own console (ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub), then: ${set("hostKey", `'${ecdsa}'`)}`,
    });
  });
});

test("ssh that works, though a log-in script is chatty and the checks break off", async () => {
  const ended = { ...end("mktemp: No space left on device", 1), stdout: `Welcome!\n${BEGIN}\n` };
  expect(await check(ended)).toEqual({ check: "ssh", found: "deploy@svlnas:22" });
});

describe("a user without a shell", () => {
  const docker = "(one that may use Docker: group docker)";

  test.each([
    [
      "a cloud image's root",
      { exitCode: 142, stdout: `${cloudImageAnswer("azureuser")}\n\n`, stderr: "" },
      `Please login as the user "azureuser" rather than the user "root".`,
      `${set("user", "azureuser")} ${docker}`,
    ],
    [
      "nologin",
      { exitCode: 1, stdout: "This account is currently not available.\n", stderr: "" },
      "This account is currently not available.",
      `${set("user", "USER")} ${docker}`,
    ],
    [
      "a forced command that ends well",
      { exitCode: 0, stdout: "", stderr: "rrsync: only rsync is allowed\n" },
      "rrsync: only rsync is allowed",
      `${set("user", "USER")} ${docker}`,
    ],
    [
      "one that says nothing",
      { exitCode: 1, stdout: "", stderr: "" },
      "nothing, exit code 1",
      `${set("user", "USER")} ${docker}`,
    ],
  ])("%s", async (_kind, ended, said, fix) => {
    expect((await check({ ...ended, timedOut: false })).fault).toEqual({
      path: "host.connection.user",
      reason: `deploy gets no shell on svlnas, which answered: ${said}`,
      fix,
    });
  });
});

test("keys of ssh-keyscan that can be pinned, without names and comments", () => {
  const printed = `# svlnas:22 SSH-2.0-OpenSSH_9.2\nsvlnas ${ecdsa}\n[svlnas]:2222 ssh-rsa AAAAB3\nsvlnas ${ed25519}\n`;
  expect(keysOf(printed)).toEqual([ed25519, ecdsa]);
  expect(keysOf("")).toEqual([]);
});
