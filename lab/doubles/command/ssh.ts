import ssh2, { type ConnectConfig, type ServerHostKeyAlgorithm } from "ssh2";
import type { CheckFailure } from "../engine/provider.ts";
import { checkNested } from "../engine/schema.ts";
import { type Bag, isBag } from "../engine/values.ts";
import { privateKeyError } from "./go-errors.ts";

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

/**
 * Refuses every host key but the given one (`ssh-ed25519 AAAA…`); without one, none is refused. The real
 * provider offers the type of that key alone, and `ssh-rsa` is RSA with SHA-1: no sshd of today has it.
 */
function hostKeyRules(hostKey: unknown): Partial<ConnectConfig> {
  if (typeof hostKey !== "string" || !hostKey) return {};
  const key = ssh2.utils.parseKey(hostKey);
  if (key instanceof Error) throw new Error("failed to parse host key: ssh: no key found");
  const expected = key.getPublicSSH();
  return {
    algorithms: { serverHostKey: [key.type as ServerHostKeyAlgorithm] },
    hostVerifier: (presented: Buffer) => presented.equals(expected),
  };
}

/** A private key that can be used, with its passphrase if it has one. */
function privateKeyRules(privateKey: string, passphrase?: string): Partial<ConnectConfig> {
  const key = ssh2.utils.parseKey(privateKey, passphrase);
  if (key instanceof Error) throw new Error(privateKeyError(key));
  if (passphrase && !(ssh2.utils.parseKey(privateKey) instanceof Error)) {
    throw new Error("ssh: key is not password protected");
  }
  return { privateKey, ...(passphrase ? { passphrase } : {}) };
}

/** The `ssh2` settings for a `connection` (types/input.d.ts of @pulumi/command); `~/.ssh/config` is not read. */
export function sshConfig(connection: Bag): ConnectConfig {
  const text = (value: unknown) => (typeof value === "string" && value ? value : undefined);
  const agent = text(connection.agentSocketPath) ?? text(process.env.SSH_AUTH_SOCK);
  const privateKey = text(connection.privateKey);
  const password = text(connection.password);
  return {
    host: String(connection.host),
    port: Number(connection.port ?? 22),
    username: String(connection.user ?? "root"),
    // The real provider bounds the dialling alone.
    readyTimeout: 0,
    ...(privateKey ? privateKeyRules(privateKey, text(connection.privateKeyPassword)) : {}),
    ...(password ? { password, tryKeyboard: true } : {}),
    ...(agent ? { agent } : {}),
    ...hostKeyRules(connection.hostKey),
  };
}
