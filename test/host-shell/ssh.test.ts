import { homedir } from "node:os";
import { expect, test } from "vitest";
import type { SshConnection } from "../../config/schema.ts";
import { sshOptions } from "../../host-shell/ssh.ts";

const connection: SshConnection = {
  type: "ssh",
  address: "svlnas",
  user: "root",
  port: 22,
  hostKey: "ssh-ed25519 AAAA",
};

const strict = [
  ...["-o", "BatchMode=yes"],
  ...["-o", "ConnectTimeout=15"],
  ...["-o", "StrictHostKeyChecking=yes"],
  ...["-o", "UserKnownHostsFile=/dev/null"],
  ...["-o", "GlobalKnownHostsFile=/dev/null"],
  ...["-o", "KnownHostsCommand=/bin/echo %H ssh-ed25519 AAAA"],
];

test("SSH trusts the configured host key alone and never asks", () => {
  expect(sshOptions(connection)).toEqual(strict);
});

test.each([
  ["/keys/alloy", "/keys/alloy"],
  ["~/.ssh/alloy", `${homedir()}/.ssh/alloy`],
  ["/keys/~/alloy", "/keys/~/alloy"],
  ["~other/alloy", "~other/alloy"],
])("with the key file %s SSH offers %s alone", (privateKeyFile, path) => {
  const options = [...strict, "-o", "IdentitiesOnly=yes", "-i", path];
  expect(sshOptions({ ...connection, privateKeyFile })).toEqual(options);
});
