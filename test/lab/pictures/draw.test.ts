import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { panelsOf } from "../../../grafana/dashboards/built.ts";
import { allDashboards } from "../../../grafana/dashboards/index.ts";
import type { Answer, Collected } from "../../../lab/pictures/collect.ts";
import { draw } from "../../../lab/pictures/draw.ts";
import { escaped } from "../../../lab/pictures/svg.ts";

const docs = join(import.meta.dirname, "../../../docs");
const dashboards = Object.entries(allDashboards());
const range = { host: "host-a", from: 1_760_000_000, to: 1_760_000_600 };

/** Two lines of ten values, and a log line, for each query. */
function answers(name: string): Record<number, Answer[]> {
  const values = Array.from({ length: 10 }, (_, i): [number, number] => [
    range.from + 60 * i,
    i / 10,
  ]);
  const series = ["a", "b"].map((host) => ({
    labels: { host, repo: `repo-${host}`, state: "online", zpool: `pool-${host}` },
    values,
  }));
  const lines = [{ time: range.to, labels: {}, line: 'said <b>"&' }];
  const dashboard = allDashboards()[name];
  return Object.fromEntries(
    (dashboard ? panelsOf(dashboard) : []).map(({ id, type, targets }) => [
      id,
      targets.map(({ refId, legendFormat = "" }) => ({
        refId,
        legend: legendFormat,
        series: type === "logs" ? [] : series,
        lines: type === "logs" ? lines : [],
      })),
    ]),
  );
}

describe.each(dashboards)("%s", (name, dashboard) => {
  test("is drawn with all its panels, and with none of them left empty", () => {
    const collected: Collected = { ...range, answers: { [name]: answers(name) } };
    const svg = draw(name, dashboard, collected);
    for (const { title } of panelsOf(dashboard)) expect(svg).toContain(`>${escaped(title)}</text>`);
    expect(svg).not.toContain("No data");
    expect(svg).not.toContain("NaN");
    const graphs = panelsOf(dashboard).filter(({ type }) => type === "timeseries");
    expect(svg.match(/<svg /g)?.length).toBe(1 + graphs.length);
  });

  test("says where there is no data", () => {
    const svg = draw(name, dashboard, { ...range, answers: {} });
    expect(svg.match(/No data/g)?.length).toBe(panelsOf(dashboard).length);
  });

  test("has a picture in the docs, below 200 kB, with all panels, and data in each that this machine has something for", () => {
    const file = join(docs, "pictures", `${name}.svg`);
    expect(statSync(file).size).toBeLessThan(200_000);
    const text = readFileSync(join(docs, "dashboards.md"), "utf8");
    expect(text).toContain(`](pictures/${name}.svg)`);
    const svg = readFileSync(file, "utf8");
    for (const { title } of panelsOf(dashboard)) expect(svg).toContain(`>${escaped(title)}</text>`);
    // What the lab's machine has none of.
    const lacking = svg.match(/>this host has no (ZFS|sensor)</g) ?? [];
    expect(svg.match(/No data/g) ?? []).toHaveLength(lacking.length);
  });
});

test("there is no picture that no page shows", () => {
  const pages = readdirSync(docs).filter((name) => name.endsWith(".md"));
  const text = pages.map((name) => readFileSync(join(docs, name), "utf8")).join("\n");
  const readme = readFileSync(join(docs, "..", "README.md"), "utf8");
  const unseen = readdirSync(join(docs, "pictures")).filter(
    (name) => !text.includes(`](pictures/${name})`) && !readme.includes(`](docs/pictures/${name})`),
  );
  expect(unseen).toEqual([]);
});
