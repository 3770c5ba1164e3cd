import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import ssh2 from "ssh2";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { dial } from "../../lab/doubles/command/dial.ts";
import { remoteCommand, runRemote } from "../../lab/doubles/command/remote.ts";
import { sshConfig } from "../../lab/doubles/command/ssh.ts";
import type { Bag } from "../../lab/doubles/engine/values.ts";
import { contextOf } from "./context.ts";

// ssh2's types want bits for every kind of key.
const { generateKeyPairSync } = ssh2.utils;
const hostKeys = {
  rsa: generateKeyPairSync("rsa", { bits: 2048 }),
  ecdsa: generateKeyPairSync("ecdsa", { bits: 256 }),
  ed25519: generateKeyPairSync("ed25519"),
};
const own = generateKeyPairSync("ed25519");
const other = generateKeyPairSync("ed25519");
const passphrase = { passphrase: "hush", cipher: "aes256-ctr", rounds: 1 };
const locked = generateKeyPairSync("ed25519", passphrase as object);

let server: ssh2.Server;
let connection: Bag;
let ran: string[];
let tried: string[];

beforeAll(async () => {
  // Without RSA: ssh2's server would offer it with SHA-1 too, which no sshd does since OpenSSH 8.8.
  const keys = [hostKeys.ecdsa.private, hostKeys.ed25519.private];
  const allowed = ssh2.utils.parseKey(own.public);
  if (allowed instanceof Error) throw allowed;
  server = new ssh2.Server({ hostKeys: keys }, (client) => {
    client.on("error", () => undefined);
    client.on("authentication", (asked) => {
      const known = asked.method === "publickey" && asked.key.data.equals(allowed.getPublicSSH());
      known ? asked.accept() : asked.reject(["publickey"]);
    });
    client.on("session", (accept) =>
      accept().on("exec", async (take, _refuse, { command }) => {
        const channel = take();
        await sleep(command === "slow" ? 300 : 0);
        ran.push(command);
        channel.exit(0);
        channel.end();
      }),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  connection = {
    host: "127.0.0.1",
    port: (server.address() as AddressInfo).port,
    privateKey: own.private,
    dialErrorLimit: 0,
  };
});

beforeEach(() => {
  // The agent of the person who runs the test must not take part.
  vi.stubEnv("SSH_AUTH_SOCK", undefined);
  ran = [];
  tried = [];
});
afterEach(() => void vi.unstubAllEnvs());

afterAll(() => void server.close());

async function connect(more: Bag, signal = new AbortController().signal): Promise<void> {
  (await dial({ ...connection, ...more }, signal, (line) => tried.push(line))).end();
}

describe("a pinned host key", () => {
  it.each(["ecdsa", "ed25519"] as const)("of type %s works beside the others", async (type) => {
    await connect({ hostKey: hostKeys[type].public });
  });

  it.each([
    [
      "of type RSA, which the plugin offers with SHA-1 alone",
      hostKeys.rsa.public,
      "ssh: no common algorithm for host key; we offered: [ssh-rsa], peer offered: [ecdsa-sha2-nistp256 ssh-ed25519]",
    ],
    ["that is another's", own.public, "ssh: host key mismatch"],
  ])("%s fails the handshake", async (_what, hostKey, words) => {
    await expect(connect({ hostKey })).rejects.toThrow(
      `after 0 failed attempts: ssh: handshake failed: ${words}`,
    );
  });
});

describe("refused before dialling is", () => {
  it.each<[string, Bag, RegExp]>([
    [
      "a host key that is none",
      { hostKey: "nonsense" },
      /^failed to parse host key: ssh: no key found$/,
    ],
    ["a private key that is none", { privateKey: "nonsense" }, /^ssh: no key found$/],
    [
      "a private key with a passphrase",
      { privateKey: locked.private },
      /^ssh: this private key is passphrase protected$/,
    ],
  ])("%s", async (_what, more, words) => {
    await expect(connect({ dialErrorLimit: 10, ...more })).rejects.toThrow(words);
    expect(tried).toEqual([]);
  });

  it("an agent that is gone", async () => {
    vi.stubEnv("SSH_AUTH_SOCK", "/gone.sock");
    await expect(connect({ dialErrorLimit: 10 })).rejects.toThrow(
      /^dial unix \/gone.sock: connect: no such file or directory$/,
    );
  });
});

it("a private key that the server does not know", async () => {
  await expect(connect({ privateKey: other.private })).rejects.toThrow(
    "ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain",
  );
});

describe("a host that is away", () => {
  let port: number;

  beforeAll(async () => {
    const closed = createServer().listen(0, "127.0.0.1");
    await once(closed, "listening");
    ({ port } = closed.address() as AddressInfo);
    closed.close();
  });

  it("is dialled eleven times, and the last error told", { timeout: 60_000 }, async () => {
    const began = Date.now();
    await expect(connect({ port, dialErrorLimit: undefined })).rejects.toThrow(
      `after 10 failed attempts: dial tcp 127.0.0.1:${port}: connect: connection refused`,
    );
    expect(tried).toHaveLength(10);
    expect(tried.at(-1)).toBe("Dial 10/10 failed: retrying");
    // 0.1 s, and half as long again each time.
    expect(Date.now() - began).toBeGreaterThan(11_000);
  });

  it("is no longer dialled when the engine is interrupted", async () => {
    await expect(connect({ port, dialErrorLimit: -1 }, AbortSignal.timeout(300))).rejects.toThrow(
      "aborted",
    );
  });

  it("by a name that nobody knows", async () => {
    await expect(connect({ host: "away.invalid" })).rejects.toThrow(
      "after 0 failed attempts: dial tcp: lookup away.invalid: no such host",
    );
  });
});

describe("a server that takes the connection", () => {
  let mute: Server;

  const serve = async (greet: (socket: Socket) => void) => {
    mute = createServer(greet).listen(0, "127.0.0.1");
    await once(mute, "listening");
    return (mute.address() as AddressInfo).port;
  };

  afterEach(() => void mute.close());

  it.each([
    ["closes it, as sshd above its MaxStartups", ""],
    ["closes it once it has said who it is, as sshd that is killed", "SSH-2.0-OpenSSH_9.2\r\n"],
  ])("and %s", async (_what, said) => {
    const port = await serve((socket) => socket.end(said));
    await expect(connect({ port })).rejects.toThrow(
      /^after 0 failed attempts: ssh: handshake failed: EOF$/,
    );
  });

  it("and says nothing is waited for, whatever the dial timeout", async () => {
    const near = Promise.withResolvers<Socket>();
    const port = await serve(near.resolve);
    const waiting = connect({ port, perDialTimeout: 0.1 }).catch(({ message }) => message);
    expect(await Promise.race([waiting, sleep(500, "waits")])).toBe("waits");
    (await near.promise).end();
    expect(await waiting).toContain("EOF");
  });
});

describe("a remote command", () => {
  const remote = remoteCommand(runRemote);

  it("ends as it began, though the engine is interrupted", async () => {
    const abort = new AbortController();
    const context = contextOf({}, { signal: abort.signal });
    const created = remote.create({ connection, create: "slow" }, context);
    await sleep(150);
    abort.abort();
    expect((await created).outs).toMatchObject({ stdout: "" });
    expect(ran).toEqual(["slow"]);
  });

  it("runs its delete at its deletion, and nothing else then", async () => {
    const remove = (state: Bag) => remote.delete?.("id", { connection, ...state }, contextOf({}));
    await remote.create({ connection, create: "make", delete: "remove" }, contextOf({}));
    await remove({ create: "make" });
    expect(ran).toEqual(["make"]);
    await remove({ create: "make", delete: "remove" });
    expect(ran).toEqual(["make", "remove"]);
  });
});

it("a connection has Pulumi's defaults, and ~/.ssh/config no say", () => {
  const defaults = { host: "h", port: 22, username: "root", readyTimeout: 0 };
  expect(sshConfig({ host: "h" })).toEqual(defaults);
});
