import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { markdownTable, replaceSection } from "../../../bench/compare/markdown.ts";

test("rows become a table with numbers to the right", () => {
  const rows = [
    ["", "ours"],
    ["first", "1"],
  ];
  expect(markdownTable(rows)).toBe("|  | ours |\n| --- | --: |\n| first | 1 |");
});

test("a section is replaced between its marks, and nothing else", () => {
  const text = "before\n<!-- x: begin -->\nold\n<!-- x: end -->\nafter\n";
  expect(replaceSection(text, "x", "new\n")).toBe(
    "before\n<!-- x: begin -->\n\nnew\n\n<!-- x: end -->\nafter\n",
  );
});

test("a text without the marks is a fault", () => {
  expect(() => replaceSection("text", "x", "new")).toThrow("<!-- x: begin --> and");
});

test("docs/benchmarks.md has the marks", () => {
  const docs = readFileSync(`${import.meta.dirname}/../../../docs/benchmarks.md`, "utf8");
  expect(replaceSection(docs, "compare", "measured anew")).toContain("measured anew");
});
