import { join } from "node:path";
import { expect, it } from "vitest";
import { failed, type Report, summary } from "../../../lab/check/report.ts";
import { repoDir } from "../../../lab/paths.ts";

const report = (more: Partial<Report>): Report => ({
  numPassedTests: 0,
  numFailedTests: 0,
  success: true,
  testResults: [],
  ...more,
});
const red = report({
  numPassedTests: 2,
  numFailedTests: 1,
  success: false,
  testResults: [
    {
      name: join(repoDir, "test/e2e/hosts.test.ts"),
      status: "failed",
      message: "",
      assertionResults: [
        { fullName: "a host is fine", status: "passed", failureMessages: [] },
        { fullName: "a host is red", status: "failed", failureMessages: ["\u001b[31mno\u001b[0m"] },
      ],
    },
  ],
});
const broken = report({
  success: false,
  testResults: [
    {
      name: join(repoDir, "test/e2e/new.test.ts"),
      status: "failed",
      message: "can't be loaded",
      assertionResults: [],
    },
  ],
});

it("reports of many files become one: what failed in each, and the sums", () => {
  expect(summary([report({ numPassedTests: 40 }), red, broken])).toBe(
    [
      "FAILED test/e2e/hosts.test.ts: a host is red",
      "no",
      "FAILED test/e2e/new.test.ts: can't be loaded",
      "42 passed, 1 failed",
      "",
    ].join("\n"),
  );
});

it("a file that can't be loaded is a failure, though it counts no test", () => {
  expect(failed([report({}), broken])).toBe(true);
  expect(failed([report({}), report({})])).toBe(false);
});
