import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isOlder, mainModule, moduleEdits } from "../../lab/go-module.ts";
import { repoDir } from "../../lab/paths.ts";
import { cacheKey } from "../../lab/programs.ts";
import { pulumiVersion } from "../../lab/pulumi-version.ts";

describe("cacheKey", () => {
  const sources = { "go.mod": "module a", "main.go": "package main" };
  const settings = { flags: ["-tags", "netgo"], env: { CGO_ENABLED: "0" } };
  const key = cacheKey(sources, settings);

  test("is the same for the same inputs in another order", () => {
    const reversed = { "main.go": "package main", "go.mod": "module a" };
    expect(cacheKey(reversed, settings)).toBe(key);
    expect(key).toMatch(/^[0-9a-f]{8}$/);
  });

  test.each([
    ["a file's content", { ...sources, "main.go": "package x" }, settings],
    ["a file's name", { "go.mod": "module a", "a.go": "package main" }, settings],
    ["the flags", sources, { ...settings, flags: ["-tags", ""] }],
    ["the environment", sources, { ...settings, env: { CGO_ENABLED: "1" } }],
  ])("changes with %s", (_, otherSources, otherSettings) => {
    expect(cacheKey(otherSources, otherSettings)).not.toBe(key);
  });
});

describe("mainModule", () => {
  const read = (...path: string[]) => readFileSync(join(repoDir, "lab", ...path), "utf8");

  test.each(["engine", "alloy", "victoria-logs", "actionlint"])(
    "of lab/%s has its hash pinned",
    (folder) => {
      const { path, version } = mainModule(read(folder, "go.mod"));
      expect(read(folder, "go.sum")).toContain(`${path} ${version} h1:`);
    },
  );

  test("of the engine is the CLI in the version that CI has", () => {
    const module = { path: "github.com/pulumi/pulumi/pkg/v3", version: `v${pulumiVersion}` };
    expect(mainModule(read("engine", "go.mod"))).toEqual(module);
  });

  test("refuses a go.mod that requires nothing", () => {
    expect(() => mainModule("module lab/x\n\ngo 1.26.5\n")).toThrow("requires no module");
  });
});

test("moduleEdits puts our versions and replacements over those of the program", () => {
  const edits = moduleEdits({
    Module: { Path: "lab/alloy" },
    Go: "1.26.5",
    Require: [{ Path: "a.org/syntax", Version: "v0.1.1" }],
    Replace: [{ Old: { Path: "b.org/profiler" }, New: { Path: "./profiler" } }],
    Tool: null,
  });
  expect(edits).toEqual([
    "-module=lab/alloy",
    "-go=1.26.5",
    "-dropreplace=a.org/syntax",
    "-require=a.org/syntax@v0.1.1",
    "-dropreplace=b.org/profiler",
    "-replace=b.org/profiler=./profiler",
  ]);
});

test.each([
  ["go1.26.5", "1.26.5", false],
  ["go1.27", "1.26.5", false],
  ["go1.26", "1.26.5", true],
  ["go1.19.8", "1.26.5", true],
])("%s against go %s: older is %s", (found, needed, older) => {
  expect(isOlder(found, needed)).toBe(older);
});
