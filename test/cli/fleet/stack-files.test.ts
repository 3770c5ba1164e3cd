import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hostStack, hostStacks } from "../../../cli/fleet/stack-files.ts";
import { repoDir } from "../../../lab/paths.ts";

const file = (type: string) =>
  `config:\n  grafana-alloy:host:\n    connection:\n      type: ${type}\n`;

test("the stacks of this project; the one that is this machine's own is marked by its data", () => {
  const stacks = hostStacks(repoDir);
  expect(stacks).toContainEqual({ name: "local", local: true });
  expect(stacks).toContainEqual({ name: "svlazext", local: false });
  expect(stacks).toContainEqual({ name: "svlnas", local: false });
});

test("local is what its connection says, not what its name says", () => {
  expect(hostStack("local", file("ssh"))).toEqual({ name: "local", local: false });
  expect(hostStack("svlnas", file("local"))).toEqual({ name: "svlnas", local: true });
});

test.each(["", "config:\n  grafana-alloy:github: {}\n", "encryptionsalt: v1\n"])(
  "a stack without a host is no host: %j",
  (text) => {
    expect(hostStack("repository", text)).toBeUndefined();
  },
);

test("in order of names; other files are left alone; one that is no YAML is named", () => {
  const directory = mkdtempSync(join(tmpdir(), "stacks-"));
  for (const name of ["Pulumi.b.yaml", "Pulumi.a.yaml", "Pulumi.c.yaml.new", "other.yaml"]) {
    writeFileSync(join(directory, name), file("ssh"));
  }
  writeFileSync(join(directory, "Pulumi.yaml"), "name: grafana-alloy\n");
  expect(hostStacks(directory).map(({ name }) => name)).toEqual(["a", "b"]);
  writeFileSync(join(directory, "Pulumi.z.yaml"), "config: [");
  expect(() => hostStacks(directory)).toThrow(join(directory, "Pulumi.z.yaml"));
});
