import { expect, test } from "vitest";
import { movedFrom } from "../../../checks/host/moved.ts";
import type { Connection } from "../../../config/schema.ts";

const login = { user: "root", port: 22, hostKey: "ssh-ed25519 A" };
const ssh: Connection = { type: "ssh", address: "nas.lan", ...login };
const local: Connection = { type: "local", dockerSocket: "/var/run/docker.sock" };

test.each<[string, Connection, string | undefined, string | undefined]>([
  ["the first checks", ssh, undefined, undefined],
  ["checks of a version that printed nothing", ssh, "", undefined],
  ["the same address", ssh, "nas.lan", undefined],
  ["another address", ssh, "old.lan", "old.lan"],
  ["this machine, which was a host before", local, "old.lan", undefined],
])("%s", (_what, connection, last, from) => {
  expect(movedFrom(connection, last)).toBe(from);
});
