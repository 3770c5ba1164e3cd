import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { beforeAll, expect, test } from "vitest";
import { hostProgram } from "../../lab/host-programs.ts";
import { repoDir } from "../../lab/paths.ts";
import { program } from "../../lab/programs.ts";

let actionlint: string;
let shellcheck: string;

beforeAll(async () => {
  shellcheck = await hostProgram("shellcheck");
  actionlint = await program("actionlint");
}, 600_000);

/** What actionlint says of workflow files, with shellcheck over their `run` lines; nothing when all is well. */
async function said(files: string[]): Promise<string> {
  const args = ["-no-color", `-shellcheck=${shellcheck}`, ...files];
  const { stdout, stderr } = await execa(actionlint, args, { cwd: repoDir, reject: false });
  expect(stderr).toBe("");
  return stdout;
}

test("actionlint finds nothing in the workflows", async () => {
  const directory = join(repoDir, ".github", "workflows");
  const files = (await readdir(directory)).map((name) => join(directory, name));
  expect(files).toHaveLength(5);
  expect(await said(files)).toBe("");
});

test("and finds what is wrong in another", async () => {
  const directory = await mkdtemp(join(tmpdir(), "actionlint-"));
  const file = join(directory, "broken.yml");
  const steps = ["      - run: echo $X", "      - run: echo $" + "{{ matrix.none }}"];
  const job = ["  a:", "    runs-on: ubuntu-24.04", "    steps:", ...steps];
  await writeFile(file, ["on: push", "jobs:", ...job, ""].join("\n"));
  const findings = await said([file]);
  await rm(directory, { recursive: true });
  expect(findings).toContain("SC2086");
  expect(findings).toContain('property "none" is not defined');
});

test("shellcheck finds nothing in the scripts", async () => {
  const directory = join(repoDir, ".github", "scripts");
  const names = (await readdir(directory)).filter((name) => name.endsWith(".sh"));
  expect(names.length).toBeGreaterThan(4);
  const { stdout } = await execa(shellcheck, names, { cwd: directory, reject: false });
  expect(stdout).toBe("");
});
