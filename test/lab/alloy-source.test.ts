import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { componentList, neededComponents } from "../../lab/alloy-source.ts";

const LIST = `// Package all imports all known component packages.
package all

import (
	_ "github.com/grafana/alloy/internal/component/discovery/aws"    // Import discovery.aws.ec2 and discovery.aws.lightsail
	_ "github.com/grafana/alloy/internal/component/loki/source/file" // Import loki.source.file
	_ "github.com/grafana/alloy/internal/component/loki/write"       // Import loki.write
)
`;

test("the list keeps the imports of the needed components, also of one of two in a package", () => {
  expect(componentList(LIST, ["discovery.aws.lightsail", "loki.write"])).toBe(`package all

import (
	_ "github.com/grafana/alloy/internal/component/discovery/aws"    // Import discovery.aws.ec2 and discovery.aws.lightsail
	_ "github.com/grafana/alloy/internal/component/loki/write"       // Import loki.write
)
`);
});

test("a component that Alloy does not have is a fault", () => {
  expect(() => componentList(LIST, ["loki.write", "loki.source"])).toThrow(
    "Alloy has no component loki.source.",
  );
});

test("what a new pipeline declares is needed, as what the pipelines of the repository declare", async () => {
  const directory = await mkdtemp(join(tmpdir(), "pipelines-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const text = 'loki.echo "out" { }\n\n// a comment on discovery.azure "x"\nlogging {\n}\n';
  await writeFile(join(directory, "new.alloy"), text);
  expect(neededComponents(directory)).toEqual(["loki.echo"]);
  expect(neededComponents()).toEqual(
    expect.arrayContaining(["loki.source.journal", "prometheus.exporter.unix"]),
  );
});
