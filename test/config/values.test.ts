import { describe, expect, test } from "vitest";
import type { z } from "zod";
import * as values from "../../config/values.ts";

/** What is wrong with a value, or nothing. */
function fault(schema: z.ZodType, value: unknown): string | undefined {
  return schema.safeParse(value).error?.issues[0]?.message;
}

describe("subnet", () => {
  test.each([
    "172.30.100.8/29",
    "10.0.0.0/8",
    "10.255.255.248/29",
    "172.16.0.0/12",
    "172.31.255.0/24",
    "192.168.0.0/16",
    "192.168.1.128/25",
  ])("%s is one", (value) => {
    expect(fault(values.subnet, value)).toBeUndefined();
  });

  const outside = "must be a private subnet (10/8, 172.16/12 or 192.168/16)";
  const form = "must be an IPv4 subnet such as 172.30.100.8/29";
  const size = "must be between /8 and /29: three addresses are needed";
  test.each([
    ["172.15.0.0/16", outside],
    ["172.32.0.0/16", outside],
    ["192.167.0.0/16", outside],
    ["192.169.0.0/16", outside],
    ["11.0.0.0/8", outside],
    ["0.0.0.0/8", outside],
    ["127.0.0.0/8", outside],
    // Begins in 192.168/16 and reaches beyond it.
    ["192.168.0.0/15", outside],
    ["192.168.0.0/13", outside],
    ["10.0.0.0/7", size],
    ["10.0.0.0/30", size],
    ["10.0.0.0/32", size],
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
  ])("%j %s", (value, reason) => {
    expect(fault(values.subnet, value)).toBe(reason);
  });

  test("an octet with a leading zero is refused here, as the Docker daemon refuses it", () => {
    expect(fault(values.subnet, "172.030.100.8/29")).toBe(form);
  });
});

describe("hostPath", () => {
  test.each(["/opt", "/mnt/vm-pool/apps/services/alloy", "/a_b/c.d/.e"])("%s is one", (path) => {
    expect(fault(values.hostPath, path)).toBeUndefined();
  });

  test.each([
    ...["", "/", "opt", "./opt", "~/opt", "/opt/", "/opt//a", "/a b", "/a:b", "/a'b", "/$HOME"],
    ...["/a\nb", "/opt/.."],
  ])("%j is none", (path) => {
    expect(fault(values.hostPath, path)).toBeDefined();
  });
});

describe("digestImage", () => {
  const digest = `@sha256:${"0a".repeat(32)}`;

  test.each(["busybox", "busybox:1.37", "dhi.io/a/b-c:1.0_x", "localhost:5000/alloy:1"])(
    "%s is one with its digest, none without",
    (name) => {
      expect(fault(values.digestImage, `${name}${digest}`)).toBeUndefined();
      expect(fault(values.digestImage, name)).toBeDefined();
    },
  );

  test.each([`busybox${digest}0`, `busybox${digest.toUpperCase()}`, digest, `a b${digest}`])(
    "%s is none",
    (name) => {
      expect(fault(values.digestImage, name)).toBeDefined();
    },
  );
});

test.each([
  [values.dockerName, "immich-backend", "-backend"],
  [values.dockerName, "a_b.c", "a/b"],
  [values.hostName, "svlnas.example.org", "svlnas.example.org."],
  [values.hostName, "192.168.1.2", "root@192.168.1.2"],
  [values.hostName, "2001:db8::7", "svlnas:2222"],
  [values.hostName, "::1", "[::1]"],
  [values.localImage, "lab/alloy:1", "lab/alloy:1 "],
  [values.sshPublicKey, "ecdsa-sha2-nistp256 AAAA==", "ssh-dss AAAA"],
  [values.sshPublicKey, "ecdsa-sha2-nistp256 AAAA", "ecdsa-sha2-nistp256 AAAA root@svlnas"],
])("name, address, image or key %#", (schema, good, bad) => {
  expect(fault(schema, good)).toBeUndefined();
  expect(fault(schema, bad)).toBeDefined();
});

describe("cidr", () => {
  test.each(["203.0.113.7/32", "0.0.0.0/0", "2001:db8::/48", "::1/128"])("%s is one", (value) => {
    expect(fault(values.cidr, value)).toBeUndefined();
  });

  test.each(["203.0.113.7", "203.0.113.7/33", "2001:db8::/129", "203.0.113/24", "home", ""])(
    "%j is none",
    (value) => expect(fault(values.cidr, value)).toContain("must be a subnet such as"),
  );
});

describe("apiUrl", () => {
  test.each(["https://grafana.com", "http://127.0.0.1:19490", "http://[::1]/", "http://localhost"])(
    "%s is one",
    (value) => expect(fault(values.apiUrl, value)).toBeUndefined(),
  );

  test.each([
    "http://grafana.com",
    "http://127.0.0.1.example.org",
    "http://localhost@evil.example",
  ])("%s would show the token", (value) =>
    expect(fault(values.apiUrl, value)).toContain("must begin with https"),
  );

  test.each(["grafana.com", "ftp://127.0.0.1"])("%s is none", (value) => {
    expect(fault(values.apiUrl, value)).toBeDefined();
  });
});
