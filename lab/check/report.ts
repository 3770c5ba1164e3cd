import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { repoDir } from "../paths.ts";

/** The parts of vitest's JSON report that are read here. */
export interface Report {
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

/** Characters of one test's failure that the summary repeats. */
const longestMessage = 1500;

/** A file that can't be loaded counts no test, failed or passed, and yet is a failure. */
export function failed(reports: Report[]): boolean {
  return reports.some(({ success }) => !success);
}

/** The failed tests once more and the numbers, for the very end, where no other output hides them. */
export function summary(reports: Report[]): string {
  const sum = (key: "numPassedTests" | "numFailedTests") =>
    reports.reduce((total, report) => total + report[key], 0);
  const numbers = `${sum("numPassedTests")} passed, ${sum("numFailedTests")} failed`;
  return [...failures(reports), numbers]
    .map((line) => `${stripVTControlCharacters(line)}\n`)
    .join("");
}

function failures(reports: Report[]): string[] {
  return reports.flatMap(({ testResults }) =>
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
}
