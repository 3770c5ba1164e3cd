import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { panelsOf } from "../../../grafana/dashboards/built.ts";
import { allDashboards } from "../../../grafana/dashboards/index.ts";
import type { Answer, Collected } from "../../../lab/pictures/collect.ts";
import { draw } from "../../../lab/pictures/draw.ts";
import { escaped } from "../../../lab/pictures/svg.ts";
import { valueTips } from "../../../lab/pictures/tips.ts";

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

  test("has no tip, unless it is asked for them: what each panel shows, and the values of a time", () => {
    const collected = { ...range, answers: { [name]: answers(name) } };
    expect(draw(name, dashboard, collected)).not.toContain("<title>");
    const svg = draw(name, dashboard, { ...collected, tips: true });
    const tips = [...svg.matchAll(/<title>([^<]*)<\/title>/g)].map(([, tip]) => tip);
    const panels = panelsOf(dashboard);
    const graphs = panels.filter(({ type }) => type === "timeseries");
    expect(tips).toHaveLength(panels.length + 10 * graphs.length);
    for (const { description } of panels) expect(tips).toContain(escaped(description));
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

test("a tip names the time and each line's value then, with its unit", () => {
  const box = { x: 100, y: 50, w: 400, h: 200 };
  const shown = [
    { name: "host-a", values: [[range.from, 0.25]] as [number, number][] },
    { name: "", values: [[range.from + 60, 0.5]] as [number, number][] },
  ];
  const xOf = (time: number) => (time - range.from) * 2;
  expect(valueTips(shown, box, xOf, "percentunit")).toBe(
    '<g><title>08:53:20 UTC\nhost-a: 25 %</title><rect x="100" y="50" width="60" height="200" fill="transparent" class="tip"/></g>' +
      '<g><title>08:54:20 UTC\nvalue: 50 %</title><rect x="160" y="50" width="60" height="200" fill="transparent" class="tip"/></g>',
  );
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
