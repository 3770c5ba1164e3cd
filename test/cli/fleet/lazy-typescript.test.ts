import { execa } from "execa";
import { expect, test } from "vitest";
import { repoDir } from "../../../lab/paths.ts";

/** What a process of its own prints that loads the SDK as a worker does, then serialises a function. */
const script = `
  import "./cli/fleet/lazy-typescript.ts";
  import { createRequire } from "node:module";
  const require = createRequire(import.meta.url);
  const loaded = () => Object.keys(require.cache).some((file) => file.endsWith("/lib/typescript.js"));
  const pulumi = require("@pulumi/pulumi");
  const before = loaded();
  const { text } = await pulumi.runtime.serializeFunction(() => 42);
  console.log(JSON.stringify({ before, after: loaded(), works: text.includes("() => 42") }));
`;

test("the compiler is loaded when it is used, not before, and works then", async () => {
  const args = ["--import", "tsx", "--input-type=module", "--eval", script];
  const { stdout } = await execa(process.execPath, args, { cwd: repoDir });
  expect(JSON.parse(stdout)).toEqual({ before: false, after: true, works: true });
});
