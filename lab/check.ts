import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { execa } from "execa";
import { howManyLabs } from "./check/how-many-labs.ts";
import { heedInterrupts, interrupted } from "./check/interrupt.ts";
import { labTests, testInLabs } from "./check/labs.ts";
import { allOf } from "./check/queue.ts";
import { failed, type Report, summary } from "./check/report.ts";
import { vitest } from "./check/vitest.ts";
import { down } from "./down.ts";
import { allHostPrograms } from "./host-programs.ts";
import { builtImages } from "./images.ts";
import { labDir, repoDir } from "./paths.ts";
import { elapsed, say } from "./progress.ts";
import { pulumiEngine } from "./pulumi.ts";

/** Types, lint, imports and all tests: first what takes seconds, then what needs labs and, beside it, what needs none. */
export async function check(): Promise<void> {
  heedInterrupts();
  const wasUp = existsSync(labDir);
  const labs = await howManyLabs();
  const reports: Report[] = [];
  try {
    await allOf([
      run("types", "tsc", ["--noEmit"]),
      run("lint", "biome", ["check", "."]),
      run("imports", "depcruise", ["."]),
      run("unused exports", "knip", ["--no-progress"]),
    ]);
    reports.push(await tests("unit"));
    if (!failed(reports)) {
      const lanes = await allOf([
        oneAfterTheOther(["scripts", "pipelines", "engine"]),
        labs > 1 ? testInNewLabs(labs) : oneAfterTheOther(["e2e"]),
      ]);
      reports.push(...lanes.flat());
    }
  } finally {
    if (!wasUp) await (labs > 1 ? rm(labDir, { recursive: true, force: true }) : down());
  }
  process.stdout.write(summary(reports));
  if (failed(reports)) throw new Error("tests failed, see above");
}

/** Where there are several labs, what they are made of is built and installed once, before them. */
async function testInNewLabs(count: number): Promise<Report[]> {
  await allOf<unknown>([pulumiEngine(), builtImages(), allHostPrograms()]);
  return testInLabs(count, await labTests());
}

async function oneAfterTheOther(projects: string[]): Promise<Report[]> {
  const reports: Report[] = [];
  for (const project of projects) reports.push(await tests(project));
  return reports;
}

async function tests(project: string): Promise<Report> {
  say(`tests: ${project}`);
  const begin = Date.now();
  const report = await vitest(project);
  say(`  ${project} ${report.success ? "passed" : "failed"} (${elapsed(begin)})`);
  return report;
}

async function run(label: string, command: string, args: string[]): Promise<void> {
  say(label);
  const begin = Date.now();
  await execa(command, args, { cwd: repoDir, stdio: "inherit", cancelSignal: interrupted });
  say(`  ${label} passed (${elapsed(begin)})`);
}
