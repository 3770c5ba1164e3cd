import ssh2, { type ConnectConfig, type ServerHostKeyAlgorithm } from "ssh2";
import type { CheckFailure } from "../engine/provider.ts";
import { refuseOthers } from "../engine/schema.ts";
import { type Bag, isBag } from "../engine/values.ts";
import { privateKeyError } from "./go-errors.ts";

const CONNECTION = [
  ...["host", "port", "user", "privateKey", "hostKey"],
  ...["dialErrorLimit", "perDialTimeout"],
];

/** Faults of a `connection`. */
export function checkConnection({ connection }: Bag): CheckFailure[] {
  return isBag(connection) ? refuseOthers(connection, CONNECTION, "connection") : [];
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

/** A private key that can be used. */
function privateKeyRules(privateKey: string): Partial<ConnectConfig> {
  const key = ssh2.utils.parseKey(privateKey);
  if (key instanceof Error) throw new Error(privateKeyError(key));
  return { privateKey };
}

/** The `ssh2` settings for a `connection` (types/input.d.ts of @pulumi/command); `~/.ssh/config` is not read. */
export function sshConfig({ host, port, user, privateKey, hostKey }: Bag): ConnectConfig {
  const agent = process.env.SSH_AUTH_SOCK;
  return {
    host: String(host),
    port: Number(port ?? 22),
    username: String(user ?? "root"),
    // The real provider bounds the dialling alone.
    readyTimeout: 0,
    ...(typeof privateKey === "string" && privateKey ? privateKeyRules(privateKey) : {}),
    ...(agent ? { agent } : {}),
    ...hostKeyRules(hostKey),
  };
}
