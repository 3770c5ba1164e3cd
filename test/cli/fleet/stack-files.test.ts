import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hostStacks } from "../../../cli/fleet/stack-files.ts";

const host = (type: string) =>
  `config:\n  grafana-alloy:host:\n    connection:\n      type: ${type}\n`;

test("stacks with a host by name; local is what the connection says; a file that is no YAML is named", () => {
  const directory = mkdtempSync(join(tmpdir(), "stacks-"));
  const files = {
    "Pulumi.local.yaml": host("ssh"),
    "Pulumi.attic.yaml": host("local"),
    "Pulumi.empty.yaml": "",
    "Pulumi.repository.yaml": "config:\n  grafana-alloy:github: {}\n",
    "Pulumi.yaml": "name: grafana-alloy\n",
    "Pulumi.c.yaml.new": host("ssh"),
    "other.yaml": host("ssh"),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  expect(hostStacks(directory)).toEqual([
    { name: "attic", local: true },
    { name: "local", local: false },
  ]);
  writeFileSync(join(directory, "Pulumi.z.yaml"), "config: [");
  expect(() => hostStacks(directory)).toThrow(join(directory, "Pulumi.z.yaml"));
});
