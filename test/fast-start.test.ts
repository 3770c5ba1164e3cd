import { execa } from "execa";
import { expect, test } from "vitest";
import { repoDir } from "../lab/paths.ts";

/** What a process of its own prints that is started as Pulumi starts the program. */
async function printed(script: string): Promise<unknown> {
  const args = ["--import", "./fast-start.js", "--input-type=module", "--eval", script];
  const { stdout } = await execa(process.execPath, args, { cwd: repoDir });
  return JSON.parse(stdout);
}

const setUp = `
  import { createRequire } from "node:module";
  const require = createRequire(import.meta.url);
  const pulumi = require("@pulumi/pulumi");
`;

test("the SDK loads neither compiler nor arborist, and no stack trace is formatted", async () => {
  const script = `${setUp}
  require("source-map-support/register");
  const files = Object.keys(require.cache);
  console.log(JSON.stringify({
    compiler: files.some((file) => file.endsWith("/lib/typescript.js")),
    arborist: files.some((file) => file.includes("/arborist/lib/arborist/")),
    formatter: files.some((file) => file.endsWith("/source-map-support.js")),
    sdk: typeof pulumi.CustomResource,
  }));`;
  expect(await printed(script)).toEqual({
    compiler: false,
    arborist: false,
    formatter: false,
    sdk: "function",
  });
});

test("the compiler is loaded when it is used, and works then", async () => {
  const script = `${setUp}
  const { text } = await pulumi.runtime.serializeFunction(() => 42);
  console.log(JSON.stringify({ works: text.includes("() => 42") }));`;
  expect(await printed(script)).toEqual({ works: true });
});

test("arborist is loaded when it is used, and works then", async () => {
  const script = `${setUp}
  const { Arborist } = require("@npmcli/arborist");
  const tree = await new Arborist({ path: process.cwd() }).loadActual();
  console.log(JSON.stringify({ name: tree.packageName, has: tree.children.has("zod") }));`;
  expect(await printed(script)).toEqual({ name: "grafana-alloy", has: true });
});

test("what an error says of its place is right without source maps", async () => {
  const script = `${setUp}
  const { shellLine } = await import("./components/shell.ts");
  try { shellLine(null); console.log("null"); } catch (error) {
    console.log(JSON.stringify(error.stack.split("\\n")[1].trim().replace(/ \\(.*\\/components/, " (components")));
  }`;
  expect(await printed(script)).toMatch(/^at shellLine \(components\/shell\.ts:\d+:\d+\)$/);
});
