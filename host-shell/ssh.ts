import { homedir } from "node:os";
import type { SshConnection } from "../config/schema.ts";

/** Options for every `ssh` to a host: it never asks, and only the configured host key counts. */
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

/** Arguments of an `ssh` that runs one command line on the host. */
export function sshArguments(connection: SshConnection, commandLine: string): string[] {
  const { user, address, port } = connection;
  const target = ["-T", "-p", `${port}`, "-l", user, "--", address];
  return [...sshOptions(connection), ...target, commandLine];
}

/** `~/` at the start of a path as this user's home directory. */
export function expandHome(path: string): string {
  return path.replace(/^~(?=\/)/, homedir());
}
