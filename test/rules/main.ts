import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { repoDir } from "../../lab/paths.ts";
import { pipelineDirectory } from "../../pipelines/pipeline-files.ts";
import { type Rule, rounds, rules, withoutRule } from "./rules.ts";

/**
 * Takes the rules of the pipelines away, a few at a time, and sees the test of each fail. A word on the command
 * line picks the rules whose text has it.
 */
const picked = rules.filter(({ text }) => text.includes(process.argv[2] ?? ""));
const work = await mkdtemp(join(tmpdir(), "without-rules-"));
const unproven: Rule[] = [];
try {
  for (const [index, round] of rounds(picked).entries()) {
    process.stdout.write(`round ${index + 1}: without ${round.length} rules\n`);
    const states = await testsWithout(round, join(work, `${index}`));
    for (const rule of round) {
      const state = states.get(rule.test) ?? "not there";
      if (state !== "failed") unproven.push(rule);
      const line = `${rule.pipeline}: ${rule.text.trim().replaceAll(/\s+/g, " ")}`;
      const verdict = state === "failed" ? "fails as it must" : `NOT PROVEN, its test is ${state}`;
      process.stdout.write(`  ${verdict}: ${line}\n`);
    }
  }
} finally {
  await rm(work, { recursive: true });
}
process.stdout.write(
  `${picked.length - unproven.length} of ${picked.length} rules have a test that fails without them\n`,
);
process.exitCode = unproven.length > 0 ? 1 : 0;

/** States of the tests by full name, run over pipelines without some rules. */
async function testsWithout(round: Rule[], directory: string): Promise<Map<string, string>> {
  const pipelines = join(directory, "pipelines");
  await cp(pipelineDirectory, pipelines, { recursive: true });
  for (const rule of round) {
    const file = join(pipelines, `${rule.pipeline}.alloy`);
    await writeFile(file, withoutRule(await readFile(file, "utf8"), rule));
  }
  const report = join(directory, "report.json");
  // Vitest puts more than a space between the name of a group and that of a test.
  const names = round.map(({ test }) => test.replaceAll(/\W+/g, ".+"));
  await execa(
    "vitest",
    [
      ...["run", "--project", "e2e", "test/e2e/signals.test.ts", "-t", names.join("|")],
      ...["--reporter=json", `--outputFile.json=${report}`],
    ],
    { cwd: repoDir, env: { PIPELINES: pipelines }, stdio: "inherit", reject: false },
  );
  const { testResults } = JSON.parse(await readFile(report, "utf8"));
  type Assertion = { fullName: string; status: string };
  const all = testResults.flatMap(
    (file: { assertionResults: Assertion[] }) => file.assertionResults,
  );
  return new Map(all.map(({ fullName, status }: Assertion) => [fullName, status]));
}
