import { readFileSync } from "node:fs";
import { execa } from "execa";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { repoDir } from "../../lab/paths.ts";

/** What Vite would forgive and Node does not: syntax that is more than types, an import without `.ts`. */
it("is loaded by Node itself, in the way that Pulumi.yaml says", async () => {
  const { nodeargs, typescript } = parse(readFileSync(`${repoDir}/Pulumi.yaml`, "utf8")).runtime
    .options;
  expect(typescript).toBe(false);
  const script = 'console.log(typeof (await import("./index.ts")).default)';
  const { stdout, stderr } = await execa(
    process.execPath,
    [...nodeargs.split(" "), "--input-type=module", "--eval", script],
    { cwd: repoDir },
  );
  expect(stdout).toBe("function");
  expect(stderr).toBe("");
});
