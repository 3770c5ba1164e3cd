import { expect, test } from "vitest";
import { routeTo } from "../../host-shell/ssh.ts";

const connection = {
  type: "ssh",
  address: "svlnas",
  user: "root",
  port: 22,
  hostKey: "ssh-ed25519 AAAA",
} as const;

test("SSH reads no configuration, trusts the configured host key alone, and never asks", () => {
  expect(routeTo(connection)).toEqual({
    host: "ssh://root@svlnas:22",
    sshOptions: [
      ...["-F", "none"],
      ...["-o", "BatchMode=yes"],
      ...["-o", "IdentityFile=none"],
      ...["-o", "ConnectTimeout=15"],
      ...["-o", "ServerAliveInterval=15"],
      ...["-o", "ServerAliveCountMax=4"],
      ...["-o", "StrictHostKeyChecking=yes"],
      ...["-o", "UserKnownHostsFile=/dev/null"],
      ...["-o", "GlobalKnownHostsFile=/dev/null"],
      ...["-o", "KnownHostsCommand=/bin/echo %H ssh-ed25519 AAAA"],
    ],
  });
});

test("an IPv6 address stands in brackets", () => {
  expect(routeTo({ ...connection, address: "2001:db8::7" }).host).toBe(
    "ssh://root@[2001:db8::7]:22",
  );
});
