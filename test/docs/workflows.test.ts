import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repoDir } from "../../lab/paths.ts";
import { rules, stackRules } from "../../policy/rules.ts";

test("docs/workflows.md has every rule of the policy pack, in the rule's own words", () => {
  const text = readFileSync(join(repoDir, "docs", "workflows.md"), "utf8");
  const [, table = ""] = /<!-- rules: begin -->\n([\s\S]+)<!-- rules: end -->/.exec(text) ?? [];
  const rows = [...rules, ...stackRules].map(
    ({ name, description }) => `| \`${name}\` | ${description} |`,
  );
  expect(table).toBe(["| Rule | What it requires |", "|---|---|", ...rows, ""].join("\n"));
});
