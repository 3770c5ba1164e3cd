import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import ssh2 from "ssh2";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { dial } from "../../lab/doubles/command/dial.ts";
import { remoteCommand } from "../../lab/doubles/command/remote.ts";
import { sshConfig } from "../../lab/doubles/command/ssh.ts";
import type { Bag } from "../../lab/doubles/engine/values.ts";

const key = (type: "ed25519" | "rsa" | "ecdsa", passphrase?: string) => {
  const bits = type === "rsa" ? 2048 : type === "ecdsa" ? 256 : undefined;
  const locked = passphrase ? { passphrase, cipher: "aes256-ctr", rounds: 1 } : {};
  // ssh2's types want bits for every kind of key and no more than one kind of options.
  const made = ssh2.utils.generateKeyPairSync(type as "rsa", { bits, ...locked } as { bits: 2048 });
  return { private: made.private, public: made.public };
};

const hostKeys = { rsa: key("rsa"), ecdsa: key("ecdsa"), ed25519: key("ed25519") };
const own = key("ed25519");
const locked = key("ed25519", "hush");

let server: ssh2.Server;
let connection: Bag;
let ran: string[] = [];

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

afterEach(() => {
  vi.unstubAllEnvs();
  ran = [];
});

afterAll(() => void server.close());

const tried: string[] = [];

async function connect(more: Bag, signal = new AbortController().signal): Promise<void> {
  // The agent of the person who runs the test must not take part.
  if (!("agentSocketPath" in more)) vi.stubEnv("SSH_AUTH_SOCK", undefined);
  tried.length = 0;
  (await dial({ ...connection, ...more }, signal, (line) => tried.push(line))).end();
}

describe("a pinned host key", () => {
  it.each(["ecdsa", "ed25519"] as const)("of type %s works beside the others", async (type) => {
    await connect({ hostKey: hostKeys[type].public });
  });

  it("of type RSA never does: the plugin offers it with SHA-1 alone", async () => {
    await expect(connect({ hostKey: hostKeys.rsa.public })).rejects.toThrow(
      "after 0 failed attempts: ssh: handshake failed: ssh: no common algorithm for host key; " +
        "we offered: [ssh-rsa], peer offered: [ecdsa-sha2-nistp256 ssh-ed25519]",
    );
  });

  it("that is another's is a mismatch", async () => {
    await expect(connect({ hostKey: own.public })).rejects.toThrow(
      "ssh: handshake failed: ssh: host key mismatch",
    );
  });

  it("that is none is refused before dialling", async () => {
    await expect(connect({ hostKey: "nonsense", dialErrorLimit: 10 })).rejects.toThrow(
      /^failed to parse host key: ssh: no key found$/,
    );
    expect(tried).toEqual([]);
  });
});

describe("a private key", () => {
  it.each<[string, Bag, RegExp]>([
    ["without its passphrase", {}, /^ssh: this private key is passphrase protected$/],
    ["with a wrong one", { privateKeyPassword: "no" }, /^x509: decryption password incorrect$/],
    [
      "with one that it does not have",
      { privateKey: own.private, privateKeyPassword: "hush" },
      /^ssh: key is not password protected$/,
    ],
    ["that is none", { privateKey: "nonsense" }, /^ssh: no key found$/],
  ])("%s is refused before dialling", async (_what, more, words) => {
    const given = { privateKey: locked.private, dialErrorLimit: 10, ...more };
    await expect(connect(given)).rejects.toThrow(words);
    expect(tried).toEqual([]);
  });

  it("that the server does not know", async () => {
    const given = { privateKey: locked.private, privateKeyPassword: "hush" };
    await expect(connect(given)).rejects.toThrow(
      "ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain",
    );
  });
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
    const begin = Date.now();
    await expect(connect({ port, dialErrorLimit: undefined })).rejects.toThrow(
      `after 10 failed attempts: dial tcp 127.0.0.1:${port}: connect: connection refused`,
    );
    expect(tried).toHaveLength(10);
    expect(tried.at(-1)).toBe("Dial 10/10 failed: retrying");
    // 0.1 s, and half as long again each time.
    expect(Date.now() - begin).toBeGreaterThan(11_000);
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

  it("with an agent that is gone", async () => {
    await expect(connect({ agentSocketPath: "/gone.sock", dialErrorLimit: 10 })).rejects.toThrow(
      /^dial unix \/gone.sock: connect: no such file or directory$/,
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

  it("and closes it, as sshd above its MaxStartups", async () => {
    const port = await serve((socket) => socket.end());
    await expect(connect({ port })).rejects.toThrow(
      /^after 0 failed attempts: ssh: handshake failed: EOF$/,
    );
  });

  it("and says nothing is waited for, whatever the dial timeout", async () => {
    let close: () => void = () => undefined;
    const port = await serve((socket) => {
      close = () => socket.end();
    });
    const waiting = connect({ port, perDialTimeout: 0.1 });
    const ended = waiting.then(
      () => "ended",
      () => "ended",
    );
    expect(await Promise.race([ended, sleep(500, "waits")])).toBe("waits");
    close();
    await expect(waiting).rejects.toThrow("EOF");
  });
});

it("a remote command ends as it began, though the engine is interrupted", async () => {
  vi.stubEnv("SSH_AUTH_SOCK", undefined);
  const abort = new AbortController();
  const context = { client: {}, urn: "urn", signal: abort.signal, log: () => undefined };
  const created = remoteCommand.create({ connection, create: "slow" }, context);
  await sleep(150);
  abort.abort();
  expect((await created).outs).toMatchObject({ stdout: "" });
  expect(ran).toEqual(["slow"]);
});

it("a remote command's delete runs at its deletion, and nothing else then", async () => {
  vi.stubEnv("SSH_AUTH_SOCK", undefined);
  const signal = new AbortController().signal;
  const context = { client: {}, urn: "urn", signal, log: () => undefined };
  const remove = (state: Bag) => remoteCommand.delete?.("id", { connection, ...state }, context);
  await remoteCommand.create({ connection, create: "make", delete: "remove" }, context);
  await remove({ create: "make" });
  expect(ran).toEqual(["make"]);
  await remove({ create: "make", delete: "remove" });
  expect(ran).toEqual(["make", "remove"]);
});

it("a connection has Pulumi's defaults, and ~/.ssh/config no say", () => {
  vi.stubEnv("SSH_AUTH_SOCK", undefined);
  expect(sshConfig({ host: "h" })).toEqual({
    host: "h",
    port: 22,
    username: "root",
    readyTimeout: 0,
  });
});
