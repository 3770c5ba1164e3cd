import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Check } from "../../checks/host/check.ts";
import { serverKeys } from "../../checks/host/host-keys.ts";
import { checkHost } from "../../checks/host/run.ts";
import type { SshConnection } from "../../config/schema.ts";
import { runScript } from "../../host-shell/run.ts";
import { routeTo } from "../../host-shell/ssh.ts";
import { type Sshd, type SshdOptions, startSshd } from "../../lab/sshd.ts";
import { cloudImageAnswer, HARDENED_HOST_KEYS } from "../../lab/sshd-config.ts";
import { requestOf } from "../checks/host/support/request.ts";

/** Real servers, and what the checks of a host say of them; no Docker is behind them. */
let sshd: Sshd;

function served(options: SshdOptions): void {
  beforeAll(async () => {
    sshd = await startSshd({ host: "unix:///nowhere.sock" }, options);
  });
  afterAll(() => sshd.stop());
}

const connection = (hostKey = sshd.hostKey): SshConnection => {
  const { host: address, port, user } = sshd;
  return { type: "ssh", address, port, user, hostKey };
};

/** The first check, which is SSH's own unless that broke off. */
async function checkWith(hostKey?: string): Promise<Check | undefined> {
  const host = { ...requestOf().host, connection: connection(hostKey) };
  const [first] = await checkHost(requestOf({ host }));
  return first;
}

const accepted = () => ({ check: "ssh", found: `${sshd.user}@127.0.0.1:${sshd.port}` });

/** A key of the given type that no server has. */
const foreign = (key = "") => `${key.split(" ")[0]} ${"A".repeat(68)}`;

describe("a server with Debian's host keys", () => {
  served({});

  test("shows its Ed25519 and ECDSA keys", async () => {
    const { ecdsa, ed25519 } = sshd.hostKeys;
    expect(await serverKeys(connection())).toEqual([ed25519, ecdsa]);
  });

  test("is taken with its ECDSA key", async () => {
    expect(await checkWith(sshd.hostKeys.ecdsa)).toEqual(accepted());
  });

  test("a server with an ECDSA key is taken with its Ed25519 key", async () => {
    expect(await checkWith(sshd.hostKeys.ed25519)).toEqual(accepted());
  });

  test("lets nobody in without an agent", async () => {
    vi.stubEnv("SSH_AUTH_SOCK", undefined);
    const check = await checkWith();
    vi.unstubAllEnvs();
    expect(check?.fault?.reason).toBe(
      `${sshd.user} can't log in to 127.0.0.1 without an SSH agent: SSH_AUTH_SOCK is not set, and key files are not read`,
    );
  });

  // The last one: the server is busy with these logins for a while.
  test("lets 10 logins begin at once, and turns away some of those that come then", async () => {
    const sockets = Array.from({ length: 60 }, () => connect(sshd.port, "127.0.0.1"));
    const greetings = await Promise.all(sockets.map(greeting));
    for (const socket of sockets) socket.destroy();
    const begun = greetings.filter((text) => text.startsWith("SSH-2.0-"));
    expect(begun.length).toBeGreaterThanOrEqual(10);
    expect(begun.length).toBeLessThan(60);
  });
});

describe("a server without an ECDSA key", () => {
  served({ hostKeys: HARDENED_HOST_KEYS });

  test("shows its Ed25519 key", async () => {
    expect(await serverKeys(connection())).toEqual([sshd.hostKeys.ed25519]);
  });

  test("a server without an ECDSA key is taken with its Ed25519 key", async () => {
    expect(await checkWith(sshd.hostKeys.ed25519)).toEqual(accepted());
  });

  test("a wrong Ed25519 key is told with the right one, not with the RSA key", async () => {
    const check = await checkWith(foreign(sshd.hostKeys.ed25519));
    expect(check?.fault?.path).toBe("host.connection.hostKey");
    expect(check?.fault?.fix).toContain(sshd.hostKeys.ed25519);
  });
});

// Each answer takes 10 s: both at once.
describe.concurrent("a cloud image, which turns root away", () => {
  served({ loginAs: "azureuser" });

  test("answers on standard output, waits and ends with 142", async () => {
    const before = Date.now();
    const script = { name: "true", script: "true", timeout: 60_000 };
    const end = await runScript(routeTo(connection()), script);
    expect(Date.now() - before).toBeGreaterThan(9000);
    expect([end.exitCode, end.stdout.trim(), end.stderr]).toEqual([
      142,
      cloudImageAnswer("azureuser"),
      "",
    ]);
  });

  test("what a cloud image answers to root's login is quoted", async () => {
    const check = await checkWith();
    expect(check?.fault?.reason).toContain(cloudImageAnswer("azureuser"));
  });
});

/** What a server says to a client that does not log in; the connection stays open. */
async function greeting(socket: Socket): Promise<string> {
  const [text = ""] = await Promise.race([once(socket, "data"), once(socket, "close")]);
  return String(text);
}
