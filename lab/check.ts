import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { execa } from "execa";
import { down } from "./down.ts";
import { labDir, repoDir } from "./paths.ts";
import { elapsed, say } from "./progress.ts";

/** What is checked, quickest first, so that a slip shows in seconds; what stands together runs together. */
const rounds = [["unit"], ["scripts"], ["pipelines"], ["e2e", "engine"]] as const;

/** Types, lint and all tests, in a lab that is taken down again unless it was up before. */
export async function check(): Promise<void> {
  const wasUp = existsSync(labDir);
  const reports: Report[] = [];
  try {
    await run("types", "tsc", ["--noEmit"]);
    await run("lint", "biome", ["check", "."]);
    for (const projects of rounds) {
      reports.push(...(await Promise.all(projects.map(vitest))));
      if (failed(reports)) break;
    }
  } finally {
    if (!wasUp) await down();
  }
  const sum = (key: "numPassedTests" | "numFailedTests") =>
    reports.reduce((total, report) => total + report[key], 0);
  process.stdout.write(failures(reports));
  process.stdout.write(`${sum("numPassedTests")} passed, ${sum("numFailedTests")} failed\n`);
  if (failed(reports)) throw new Error("tests failed, see above");
}

/** A file that can't be loaded counts no test, failed or passed, and yet is a failure. */
function failed(reports: Report[]): boolean {
  return reports.some(({ success }) => !success);
}

async function run(label: string, command: string, args: string[]): Promise<void> {
  say(label);
  const begin = Date.now();
  await execa(command, args, { cwd: repoDir, stdio: "inherit" });
  say(`  ${label} passed (${elapsed(begin)})`);
}

/** The failed tests once more at the very end, where half an hour of output does not hide them. */
function failures(reports: Report[]): string {
  const lines = reports.flatMap(({ testResults }) =>
    testResults.flatMap(({ name, status, message, assertionResults }) => [
      ...(status === "failed" && message ? [`FAILED ${relative(repoDir, name)}: ${message}`] : []),
      ...assertionResults
        .filter((test) => test.status === "failed")
        .map((test) =>
          [
            `FAILED ${relative(repoDir, name)}: ${test.fullName}`,
            ...test.failureMessages.map((text) => text.slice(0, longestMessage)),
          ].join("\n"),
        ),
    ]),
  );
  return lines.map((line) => `${stripVTControlCharacters(line)}\n`).join("");
}

/** Characters of one test's failure that the summary repeats. */
const longestMessage = 1500;

/** The parts of vitest's JSON report that are read here. */
interface Report {
  numPassedTests: number;
  numFailedTests: number;
  success: boolean;
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { fullName: string; status: string; failureMessages: string[] }[];
  }[];
}

async function vitest(project: string): Promise<Report> {
  say(`tests: ${project}`);
  const file = join(labDir, `report-${project}.json`);
  // One of an earlier run must not speak for this one.
  await rm(file, { force: true });
  const reporters = ["--reporter=verbose", "--reporter=json", `--outputFile.json=${file}`];
  await execa("vitest", ["run", "--project", project, ...reporters], {
    cwd: repoDir,
    stdio: "inherit",
    reject: false,
  });
  return JSON.parse(await readFile(file, "utf8"));
}
