import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { KNOWN_FAILURES } from "./support/known-failures.ts";

test("each known failure of the list is a test", () => {
  const names = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" });
  const texts = names
    .filter((name) => /\.(test|suite)\.ts$|-suite\.ts$/.test(name))
    .map((name) => readFileSync(join(import.meta.dirname, name), "utf8"));
  const withoutTest = Object.keys(KNOWN_FAILURES).filter(
    (name) => !texts.some((text) => text.includes("knownFailure(") && text.includes(name)),
  );
  expect(withoutTest).toEqual([]);
});
