import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { labDir, repoDir } from "../paths.ts";
import { interrupted } from "./interrupt.ts";
import type { Report } from "./report.ts";

/** Runs one of vitest's projects, or files of it, and answers its report. */
export async function vitest(project: string, files: string[] = []): Promise<Report> {
  const file = join(labDir, `report-${project}.json`);
  await mkdir(labDir, { recursive: true });
  // One of an earlier run must not speak for this one.
  await rm(file, { force: true });
  const reporters = ["--reporter=verbose", "--reporter=json", `--outputFile.json=${file}`];
  await execa("vitest", ["run", "--project", project, ...reporters, ...files], {
    cwd: repoDir,
    stdio: "inherit",
    reject: false,
    cancelSignal: interrupted,
  });
  interrupted.throwIfAborted();
  return JSON.parse(await readFile(file, "utf8"));
}
