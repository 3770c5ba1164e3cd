import type { NetConnectOpts } from "node:net";
import type { ConnectConfig } from "ssh2";

/** How Go's `net` names the errors of a system call. */
const CALLS: Record<string, string> = {
  ECONNREFUSED: "connect: connection refused",
  ECONNRESET: "connect: connection reset by peer",
  EHOSTUNREACH: "connect: no route to host",
  ENETUNREACH: "connect: network is unreachable",
  ETIMEDOUT: "connect: connection timed out",
  ENOENT: "connect: no such file or directory",
  EACCES: "connect: permission denied",
};

/** A failed connection in the words of Go's `net`. */
export function dialError(to: NetConnectOpts, error: NodeJS.ErrnoException): string {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const reason = CALLS[first.code ?? ""] ?? first.message;
  if ("path" in to) return `dial unix ${to.path}: ${reason}`;
  if (first.code === "ENOTFOUND") return `dial tcp: lookup ${to.host}: no such host`;
  return `dial tcp ${first.address ?? to.host}:${to.port}: ${reason}`;
}

/** What ssh2 says of a handshake, and golang.org/x/crypto/ssh. */
export function handshakeError(error: Error, config: ConnectConfig, offered: string): string {
  return `ssh: handshake failed: ${handshakeReason(error, config, offered)}`;
}

function handshakeReason({ message }: Error, config: ConnectConfig, offered: string): string {
  if (message.includes("no matching host key format")) {
    const own = config.algorithms?.serverHostKey;
    const ours = Array.isArray(own) ? own.join(" ") : "";
    const theirs = offered.replaceAll(",", " ");
    return `ssh: no common algorithm for host key; we offered: [${ours}], peer offered: [${theirs}]`;
  }
  if (message.includes("Host denied")) return "ssh: host key mismatch";
  if (message.includes("All configured authentication methods failed")) {
    const key = config.privateKey || config.agent ? ["publickey"] : [];
    const tried = ["none", ...key].join(" ");
    return `ssh: unable to authenticate, attempted methods [${tried}], no supported methods remain`;
  }
  // sshd turns away what is above its MaxStartups by closing the connection.
  return message.includes("Connection lost before handshake") ? "EOF" : message;
}

/** What ssh2 says of a private key, and golang.org/x/crypto/ssh. */
export function privateKeyError({ message }: Error): string {
  const locked = message.includes("no passphrase given");
  return locked ? "ssh: this private key is passphrase protected" : "ssh: no key found";
}
