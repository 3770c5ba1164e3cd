import { isIPv6 } from "node:net";
import type { Connection, SshConnection } from "../config/schema.ts";

/** How a host is reached, in the words of the Docker provider. */
export interface Route {
  /** `ssh://user@address:port` or `unix:///path`. */
  host: string;
  /** Options for `ssh`. */
  sshOptions: string[];
}

/** The one route to a host, for the Docker provider and for scripts. */
export function routeTo(connection: Connection): Route {
  if (connection.type === "local") {
    return { host: `unix://${connection.dockerSocket}`, sshOptions: [] };
  }
  const { user, address, port } = connection;
  const host = isIPv6(address) ? `[${address}]` : address;
  return { host: `ssh://${user}@${host}:${port}`, sshOptions: sshOptions(connection) };
}

/**
 * Options for every `ssh` to a host: it never asks, and only the configured host key counts. It does as the
 * command provider, which reads no `~/.ssh/config` and no key file: where one gets in, both do. A stack's state
 * has these options.
 */
function sshOptions(connection: SshConnection): string[] {
  const options = [
    "BatchMode=yes",
    "IdentityFile=none",
    "ConnectTimeout=15",
    // A host that went away is noticed within 75 s.
    "ServerAliveInterval=15",
    "ServerAliveCountMax=4",
    "StrictHostKeyChecking=yes",
    "UserKnownHostsFile=/dev/null",
    "GlobalKnownHostsFile=/dev/null",
    `KnownHostsCommand=/bin/echo %H ${connection.hostKey}`,
  ];
  return ["-F", "none", ...options.flatMap((option) => ["-o", option])];
}
