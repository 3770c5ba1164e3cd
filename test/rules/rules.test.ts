import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pipelineDirectory } from "../../pipelines/pipeline-files.ts";
import { type Rule, rounds, rules, withoutRule } from "./rules.ts";

test.each(rules)("$pipeline.alloy has the rule of: $test ($text)", (rule) => {
  const text = readFileSync(join(pipelineDirectory, `${rule.pipeline}.alloy`), "utf8");
  expect(withoutRule(text, rule)).not.toBe(text);
});

test("no test lacks two rules in one round, and every rule has its round", () => {
  const made = rounds(rules);
  for (const round of made) expect(new Set(round.map((rule) => rule.test)).size).toBe(round.length);
  expect(made.flat()).toHaveLength(rules.length);
});

test("a rule that the pipeline does not have, or has twice, is named", () => {
  const rule: Rule = { pipeline: "host", text: "keep", test: "t" };
  expect(() => withoutRule("keep keep", rule)).toThrow("host.alloy has 2 times the rule");
  expect(() => withoutRule("drop", rule)).toThrow("host.alloy has 0 times the rule");
  expect(withoutRule("a keep b", rule)).toBe("a  b");
});
