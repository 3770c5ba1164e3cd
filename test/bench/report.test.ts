import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ratio, spread, summary } from "../../bench/numbers.ts";
import { markdownTable, replaceSection, terminalText } from "../../bench/report.ts";

test.each([
  [[9, 1, 10, 2, 3], { median: 3, min: 1, max: 10 }],
  [[4, 1, 3, 2], { median: 2.5, min: 1, max: 4 }],
  [[], undefined],
])("summary of %j", (values, expected) => {
  expect(summary(values)).toEqual(expected);
});

test("numbers are written with as many decimals as asked for, and a dash where there is none", () => {
  expect(spread({ median: 1234.56, min: 2, max: 3000 }, 1)).toBe("1,234.6 (2.0–3,000.0)");
  expect(spread(undefined, 1)).toBe("-");
  expect([ratio(1, 4), ratio(0, 0), ratio(undefined, 1)]).toEqual(["0.25", "-", "-"]);
});

const rows = [
  ["", "ours"],
  ["first", "1"],
];

test("a report's numbers stand to the right", () => {
  const text = "\nOnce\n\n       ours\nfirst     1\n\n";
  expect(terminalText({ head: "Once", tables: [rows], values: {} })).toBe(text);
  expect(markdownTable(rows)).toBe("|  | ours |\n| --- | --: |\n| first | 1 |");
});

test("a section is replaced between its marks, and nothing else", () => {
  const text = "before\n<!-- x: begin -->\nold\n<!-- x: end -->\nafter\n";
  expect(replaceSection(text, "x", "new")).toBe(
    "before\n<!-- x: begin -->\n\nnew\n\n<!-- x: end -->\nafter\n",
  );
  expect(() => replaceSection("text", "x", "new")).toThrow("<!-- x: begin --> and");
});

test.each([
  ["benchmarks.md", "compare"],
  ["benchmarks.md", "footprint"],
  ["benchmarks.md", "soak"],
  ["scale.md", "fleet"],
])("docs/%s has the marks of %s", (page, name) => {
  const text = readFileSync(join(import.meta.dirname, "../../docs", page), "utf8");
  expect(replaceSection(text, name, "measured anew")).toContain("measured anew");
});
