import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withTable } from "../../scripts/settings-table.ts";

const page = readFileSync(join(import.meta.dirname, "..", "..", "docs", "settings.md"), "utf8");

test("the table of settings is the schema's; `npm run docs` renews it", () => {
  expect(page).toBe(withTable(page));
});

test("the table has a row for each setting that needs a value", () => {
  for (const path of ["host.name", "host.journal.gid", "postgres[].network", "ingress.domain"]) {
    expect(page).toContain(`| \`${path}\` | **required** |`);
  }
});
