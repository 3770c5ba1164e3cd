import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withTable } from "../../scripts/settings-table.ts";

const page = readFileSync(join(import.meta.dirname, "..", "..", "docs", "settings.md"), "utf8");

test("the table of settings is the schema's; `npm run docs` renews it", () => {
  expect(page).toBe(withTable(page));
});
