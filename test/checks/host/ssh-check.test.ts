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
/** What `ssh -G` prints of a host that is in no configuration. */
const plain = "user me\nhostname svlnas\nport 22\n";
const check = (
  ended: ScriptEnd,
  { keys = [] as string[], config = plain, agent = true } = {},
  change: Partial<SshConnection> = {},
) =>
  sshCheck(ended, { ...connection, ...change }, "svlnas", {
    keys: async () => keys,
    config: async () => config,
    agent,
  });
const set = (field: string, value: string) =>
  `pulumi config set --stack svlnas --path 'grafana-alloy:host.connection.${field}' ${value}`;

describe("ssh that fails", () => {
  test.each([
    [
      "an unknown name",
      "ssh: Could not resolve hostname svlnas: Name or service not known",
      "host.connection.address",
      "names svlnas, which no name server resolves",
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
      "check that the host is up and that this network has a route to it: ping svlnas",
    ],
    [
      "a key that is refused",
      "deploy@svlnas: Permission denied (publickey).",
      "host.connection.user",
      "deploy is refused by svlnas with every key of the ssh-agent",
      "ssh-add -l shows them, ssh-add ~/.ssh/KEY adds one; then ssh-copy-id -p 22 deploy@svlnas",
    ],
    [
      "more keys than the server takes",
      "Received disconnect from svlnas port 22:2: Too many authentication failures",
      "host.connection.user",
      "deploy is refused by svlnas with every key of the ssh-agent",
      "let the agent hold only this host's key: ssh-add -D && ssh-add ~/.ssh/KEY",
    ],
    [
      "an OpenSSH without KnownHostsCommand",
      "command-line: line 0: Bad configuration option: knownhostscommand",
      "ssh",
      "is older than OpenSSH 8.5 on this machine and can't be given the host's key",
      "update OpenSSH's client on this machine",
    ],
    [
      "anything else",
      "debug\nkex_exchange_identification: Connection closed by remote host",
      "host.connection.address",
      "deploy@svlnas:22 can't be reached; ssh said: kex_exchange_identification: Connection closed by remote host",
      "ssh -v -p 22 deploy@svlnas",
    ],
  ])("%s", async (_kind, stderr, path, reason, fix) => {
    expect((await check(end(stderr))).fault).toEqual({ path, reason, fix });
  });

  test("no agent", async () => {
    const denied = end("deploy@svlnas: Permission denied (publickey).");
    expect((await check(denied, { agent: false })).fault).toEqual({
      path: "host.connection.user",
      reason:
        "deploy can't log in to svlnas without an SSH agent: SSH_AUTH_SOCK is not set, and key files are not read",
      fix: 'eval "$(ssh-agent)" && ssh-add ~/.ssh/KEY',
    });
  });

  const unknown = end("ssh: Could not resolve hostname svlnas: Name or service not known");
  const led = (to: string) =>
    `is svlnas, which ~/.ssh/config maps to ${to}; Pulumi's command provider does not read that file`;
  const tunnel = `${set("address", "127.0.0.1")} && ${set("port", "2222")}`;

  test.each([
    [
      "an alias",
      "hostname nas.example.org\nport 22\n",
      led("nas.example.org:22"),
      set("address", "nas.example.org"),
    ],
    ["another port", "hostname svlnas\nport 2222\n", led("svlnas:2222"), set("port", "2222")],
    [
      "a jump host",
      "hostname 10.0.0.7\nport 22\nproxyjump bastion\n",
      led("10.0.0.7:22 through bastion"),
      `keep a tunnel open: ssh -N -L 2222:localhost:22 svlnas; then ${tunnel}`,
    ],
  ])("%s of ~/.ssh/config", async (_kind, config, reason, fix) => {
    const path = "host.connection.address";
    expect((await check(unknown, { config })).fault).toEqual({ path, reason, fix });
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
    expect((await check(end(stderr), { keys: [ecdsa, ed25519] }, change)).fault).toEqual({
      path: "host.connection.hostKey",
      reason: `is not the key that svlnas presents, which is: ${ecdsa}. Unless the host was reinstalled, somebody may be intercepting the connection`,
      fix: `compare on the host's own console (ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub), then: ${set("hostKey", `'${ecdsa}'`)}`,
    });
  });
});

test("ssh that works, though a login script is chatty and the checks break off", async () => {
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
