import { setTimeout as sleep } from "node:timers/promises";
import ssh2, { type Client, type ConnectConfig, type ServerHostKeyAlgorithm } from "ssh2";
import type { CheckFailure } from "./provider.ts";
import { checkNested } from "./schema.ts";
import { type Bag, isBag } from "./values.ts";

const CONNECTION = {
  inputs: [
    "agentSocketPath",
    "dialErrorLimit",
    "host",
    "hostKey",
    "password",
    "perDialTimeout",
    "port",
    "privateKey",
    "privateKeyPassword",
    "proxy",
    "user",
  ],
  required: ["host"],
};

/** Faults of a `connection`. */
export function checkConnection({ connection }: Bag): CheckFailure[] {
  if (!isBag(connection)) return [];
  const proxy = connection.proxy
    ? [{ property: "connection.proxy", reason: "the command double does not go through a proxy" }]
    : [];
  return [...checkNested("connection", connection, CONNECTION), ...proxy];
}

/** Host key algorithms that a public key line's type can prove itself with. */
function algorithms(type: string): ServerHostKeyAlgorithm[] {
  const rsa: ServerHostKeyAlgorithm[] = ["rsa-sha2-512", "rsa-sha2-256"];
  return type === "ssh-rsa" ? rsa : [type as ServerHostKeyAlgorithm];
}

/** Refuses every host key but the given one (`ssh-ed25519 AAAA…`); without one, none is refused. */
export function hostKeyRules(hostKey: unknown): Partial<ConnectConfig> {
  if (typeof hostKey !== "string" || !hostKey) return {};
  const key = ssh2.utils.parseKey(hostKey);
  if (key instanceof Error) throw new Error(`invalid hostKey: ${key.message}`);
  const expected = key.getPublicSSH();
  return {
    algorithms: { serverHostKey: algorithms(key.type) },
    hostVerifier: (presented: Buffer) => presented.equals(expected),
  };
}

/** The `ssh2` settings for a `connection` (types/input.d.ts of @pulumi/command). */
export function sshConfig(connection: Bag): ConnectConfig {
  const text = (value: unknown) => (typeof value === "string" && value ? value : undefined);
  const agent = text(connection.agentSocketPath) ?? text(process.env.SSH_AUTH_SOCK);
  const privateKey = text(connection.privateKey);
  const passphrase = text(connection.privateKeyPassword);
  const password = text(connection.password);
  return {
    host: String(connection.host),
    port: Number(connection.port ?? 22),
    username: String(connection.user ?? "root"),
    readyTimeout: Number(connection.perDialTimeout ?? 15) * 1000,
    ...(privateKey ? { privateKey } : {}),
    ...(passphrase ? { passphrase } : {}),
    ...(password ? { password, tryKeyboard: true } : {}),
    ...(agent ? { agent } : {}),
    ...hostKeyRules(connection.hostKey),
  };
}

function connectOnce(config: ConnectConfig): Promise<Client> {
  const client = new ssh2.Client();
  return new Promise((done, fail) => {
    client.on("ready", () => done(client));
    client.on("error", fail);
    client.on("keyboard-interactive", (_name, _text, _language, prompts, answer) =>
      answer(prompts.map(() => config.password ?? "")),
    );
    client.connect(config);
  });
}

/**
 * Connects, again and again up to `dialErrorLimit` failures (-1: no limit), with pauses that grow as
 * in Pulumi's `retry` package: from 0.1 s, half as long again each time, 5 s at most.
 */
export async function dial(
  connection: Bag,
  signal: AbortSignal,
  log: (text: string) => void,
): Promise<Client> {
  const config = sshConfig(connection);
  const limit = Number(connection.dialErrorLimit ?? 10);
  for (let failures = 1, pause = 100; ; failures += 1, pause = Math.min(pause * 1.5, 5000)) {
    try {
      return await connectOnce(config);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (limit >= 0 && failures > limit) {
        throw new Error(`after ${failures - 1} failed attempts: ${text}`);
      }
      log(`Dial ${failures}/${limit < 0 ? "inf" : limit} failed: retrying`);
      await sleep(pause, undefined, { signal });
    }
  }
}
