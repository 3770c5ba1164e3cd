import { describe, expect, test } from "vitest";
import type { z } from "zod";
import * as values from "../../config/values.ts";

/** What is wrong with a value, or nothing. */
function fault(schema: z.ZodType, value: unknown): string | undefined {
  return schema.safeParse(value).error?.issues[0]?.message;
}

const outside = "must be a private subnet (10/8, 172.16/12 or 192.168/16)";
const form = "must be an IPv4 subnet such as 172.30.100.8/29";
const size = "must be between /8 and /29: three addresses are needed";
test.each([
  ["172.15.0.0/16", outside],
  ["172.32.0.0/16", outside],
  ["192.167.0.0/16", outside],
  ["192.169.0.0/16", outside],
  ["11.0.0.0/8", outside],
  ["127.0.0.0/8", outside],
  // Begins in 192.168/16 and reaches beyond it.
  ["192.168.0.0/15", outside],
  ["10.0.0.0/7", size],
  ["10.0.0.0/30", size],
  ["10.0.0.0/99", size],
  ["10.0.1.0/23", "is not the first address of a /23 subnet"],
  ["10.1.0.0/8", "is not the first address of a /8 subnet"],
  ["192.168.1.4/29", "is not the first address of a /29 subnet"],
  ["256.0.0.0/8", "has an octet above 255"],
  ["10.0.0.256/24", "has an octet above 255"],
  ["10.0.0.0", form],
  ["10.0.0/24", form],
  ["10.0.0.0/24 ", form],
  ["10.0.0.0/24\n", form],
  ["fd00::/64", form],
  ["", form],
  // The Docker daemon refuses a leading zero, too.
  ["172.030.100.8/29", form],
])("subnet %j %s", (value, reason) => {
  expect(fault(values.subnet, value)).toBe(reason);
});

const digest = `sha256:${"0a".repeat(32)}`;
const kinds: [name: string, schema: z.ZodType, taken: string[], refused: string[]][] = [
  [
    "subnet",
    values.subnet,
    [
      ...["172.30.100.8/29", "10.0.0.0/8", "10.255.255.248/29", "172.16.0.0/12", "172.31.255.0/24"],
      ...["192.168.0.0/16", "192.168.1.128/25"],
    ],
    [],
  ],
  [
    "hostPath",
    values.hostPath,
    ["/opt", "/mnt/vm-pool/apps/services/alloy", "/a_b/c.d/.e"],
    [
      ...["", "/", "opt", "./opt", "~/opt", "/opt/", "/opt//a", "/a b", "/a:b", "/a'b", "/$HOME"],
      ...["/a\nb", "/opt/.."],
    ],
  ],
  [
    "pinnedImage",
    values.pinnedImage,
    [digest, `busybox@${digest}`, `dhi.io/a/b-c:1.0_x@${digest}`, `localhost:5000/a:1@${digest}`],
    [
      "busybox",
      "busybox:1.37",
      `a@${digest}0`,
      `a@${digest.toUpperCase()}`,
      `@${digest}`,
      `a b@${digest}`,
    ],
  ],
  ["dockerName", values.dockerName, ["immich-backend", "a_b.c"], ["-backend", "a/b"]],
  [
    "hostName",
    values.hostName,
    ["svlnas.example.org", "192.168.1.2", "2001:db8::7", "::1"],
    ["svlnas.example.org.", "root@192.168.1.2", "svlnas:2222", "[::1]"],
  ],
  [
    "sshPublicKey",
    values.sshPublicKey,
    ["ecdsa-sha2-nistp256 AAAA==", "ecdsa-sha2-nistp256 AAAA"],
    ["ssh-dss AAAA", "ecdsa-sha2-nistp256 AAAA root@svlnas"],
  ],
  [
    "cidr",
    values.cidr,
    ["203.0.113.7/32", "0.0.0.0/0", "2001:db8::/48", "::1/128"],
    ["203.0.113.7", "203.0.113.7/33", "2001:db8::/129", "203.0.113/24", "home", ""],
  ],
  [
    "httpUrl",
    values.httpUrl,
    ["https://grafana.com", "http://127.0.0.1:1"],
    ["grafana.com", "ftp://127.0.0.1"],
  ],
];
describe.each(kinds)("%s", (_name, schema, taken, refused) => {
  test.each(taken)("%j is one", (value) => {
    expect(fault(schema, value)).toBeUndefined();
  });

  test.each(refused)("%j is none", (value) => {
    expect(fault(schema, value)).toBeDefined();
  });
});
