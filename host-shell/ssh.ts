import { homedir } from "node:os";
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
  return { host: `ssh://${user}@${address}:${port}`, sshOptions: sshOptions(connection) };
}

/** Options for every `ssh` to a host: it never asks, and only the configured host key counts. A stack's state has them. */
export function sshOptions(connection: SshConnection): string[] {
  const options = [
    "BatchMode=yes",
    "ConnectTimeout=15",
    "StrictHostKeyChecking=yes",
    "UserKnownHostsFile=/dev/null",
    "GlobalKnownHostsFile=/dev/null",
    `KnownHostsCommand=/bin/echo %H ${connection.hostKey}`,
  ];
  const key = connection.privateKeyFile;
  return [
    ...options.flatMap((option) => ["-o", option]),
    ...(key ? ["-o", "IdentitiesOnly=yes", "-i", expandHome(key)] : []),
  ];
}

/** `~/` at the start of a path as this user's home directory. */
export function expandHome(path: string): string {
  return path.replace(/^~(?=\/)/, homedir());
}
