import { readFileSync } from "node:fs";
import { join } from "node:path";
import { lintSource } from "@secretlint/core";
import { creator } from "@secretlint/secretlint-rule-preset-recommend";
import { execaSync } from "execa";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { repoDir } from "../../lab/paths.ts";

// The library's own profiler compares each mark with all before it, which takes 10 s for the files of a repository.
beforeAll(() => void vi.spyOn(performance, "mark").mockReturnThis());
afterAll(() => vi.restoreAllMocks());

/** Secrets in a text, as `path:line rule`. */
async function secretsIn(filePath: string, content: string): Promise<string[]> {
  const { messages } = await lintSource({
    source: { filePath, content, ext: "", contentType: "text" },
    options: {
      config: { rules: [{ id: creator.meta.id, rule: creator }] },
      noPhysicFilePath: true,
    },
  });
  return messages.map(({ loc, ruleId }) => `${filePath}:${loc.start.line} ${ruleId}`);
}

const edge = (word: string) => `-----${word} OPENSSH PRIVATE KEY-----`;

// Put together here, so that no scanner takes them for real ones.
const grafanaCloud = btoa(JSON.stringify({ o: "1", n: "name", k: "k".repeat(24), m: { r: "eu" } }));
const planted: [rule: string, secret: string][] = [
  ["github", `github_pat_${"1".repeat(22)}_${"a1B2".repeat(14)}xyz`],
  ["grafana", `glc_${grafanaCloud}`],
  ["grafana", `glsa_${"a1B2c3D4".repeat(4)}_0123abcd`],
  ["basicauth", ["https://me", `${"a1B2".repeat(4)}@example.net/push`].join(":")],
  ["privatekey", `${edge("BEGIN")}\n${"b3BlbnNzaC1rZXktdjEAAAAA".repeat(5)}\n${edge("END")}`],
];

test.each(planted)("a secret is found by the rule %s", async (rule, secret) => {
  const found = await secretsIn("a.txt", `first line\n${secret}\n`);
  expect(found).toEqual([`a.txt:2 @secretlint/secretlint-rule-${rule}`]);
});

test("no file of the repository has one", async () => {
  const { stdout } = execaSync("git", ["ls-files"], { cwd: repoDir });
  const found = stdout
    .split("\n")
    .map((path) => secretsIn(path, readFileSync(join(repoDir, path), "utf8")));
  expect((await Promise.all(found)).flat()).toEqual([]);
});
