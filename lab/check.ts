import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { labDir, repoDir } from "./paths.ts";
import { elapsed, say } from "./progress.ts";

/** What is checked, quickest first, so that a slip shows in seconds. */
const projects = ["unit", "pipelines", "e2e"] as const;

/** Types, lint and all tests. Ends with a line that counts them. */
export async function check(): Promise<void> {
  await run("types", "tsc", ["--noEmit"]);
  await run("lint", "biome", ["check", "."]);
  const counts = { passed: 0, failed: 0 };
  for (const project of projects) {
    const { numPassedTests, numFailedTests, success } = await vitest(project);
    counts.passed += numPassedTests;
    counts.failed += numFailedTests;
    if (!success) break;
  }
  process.stdout.write(`${counts.passed} passed, ${counts.failed} failed\n`);
  if (counts.failed > 0) throw new Error("tests failed, see above");
}

async function run(label: string, command: string, args: string[]): Promise<void> {
  say(label);
  const begin = Date.now();
  await execa(command, args, { cwd: repoDir, stdio: "inherit" });
  say(`  ${label} passed (${elapsed(begin)})`);
}

interface Report {
  numPassedTests: number;
  numFailedTests: number;
  success: boolean;
}

async function vitest(project: string): Promise<Report> {
  say(`tests: ${project}`);
  const file = join(labDir, `report-${project}.json`);
  const reporters = ["--reporter=verbose", "--reporter=json", `--outputFile.json=${file}`];
  await execa("vitest", ["run", "--project", project, ...reporters], {
    cwd: repoDir,
    stdio: "inherit",
    reject: false,
  });
  return JSON.parse(await readFile(file, "utf8"));
}
