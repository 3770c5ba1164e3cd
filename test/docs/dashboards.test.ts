import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { allAlerts } from "../../grafana/alerts/index.ts";
import { allDashboards } from "../../grafana/dashboards/index.ts";

const text = readFileSync(join(import.meta.dirname, "../../docs/dashboards.md"), "utf8");

/** First cells of the table below a heading. */
function firstCells(heading: string): string[] {
  const section = text.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| "));
  return rows.slice(1).map((line) => line.split(" | ")[0]?.slice(2) ?? "");
}

test("the table of dashboards has a row for each, in their order", () => {
  expect(firstCells("Dashboards")).toEqual(
    Object.values(allDashboards()).map(({ title }) => title),
  );
});

test("the table of alerts has a row for each, with its patience", () => {
  const alerts = Object.values(allAlerts());
  expect(firstCells("Alerts")).toEqual(alerts.map(({ title }) => title));
  for (const { title, forMinutes } of alerts) {
    const row = text.split("\n").find((line) => line.startsWith(`| ${title} |`));
    const patience = forMinutes === 120 ? "2 h" : `${forMinutes} min`;
    expect(row?.split(" | ")[3], title).toBe(patience);
  }
});
