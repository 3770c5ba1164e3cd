import { describe, expect, test } from "vitest";
import { allPanels, panelsOf } from "../../../grafana/dashboards/built.ts";
import { allDashboards } from "../../../grafana/dashboards/index.ts";

const dashboards = Object.entries(allDashboards());
const panels = allPanels();

test("there are these, at addresses that stay", () => {
  expect(dashboards.map(([key, { uid, title }]) => [key, uid, title])).toEqual([
    ["fleet", "alloy-fleet", "Alloy: fleet overview"],
    ["host", "alloy-host", "Alloy: host"],
    ["containers", "alloy-containers", "Alloy: containers"],
    ["logs", "alloy-logs", "Alloy: logs"],
    ["postgres", "alloy-postgres", "Alloy: PostgreSQL"],
    ["traefik", "alloy-traefik", "Alloy: Traefik"],
    ["github", "alloy-github", "Alloy: GitHub"],
    ["agent", "alloy-agent", "Alloy: agent health"],
  ]);
});

describe.each(dashboards)("%s", (key, dashboard) => {
  /** Variables to choose; a star for more than one value of it. */
  const more: Record<string, string> = {
    fleet: "",
    host: " host",
    containers: " host* container*",
    logs: " host* container* unit* search",
    postgres: " host* job*",
    traefik: " host* service*",
    github: " repo*",
    agent: " host*",
  };

  test("has its data sources and these variables to choose", () => {
    const list = dashboard.templating?.list ?? [];
    const names = list.map(({ name, multi }) => (multi ? `${name}*` : name));
    expect(names.join(" ")).toBe(`metrics logs${more[key]}`);
  });

  test("uses no variable that it does not have, and each that it has", () => {
    const text = JSON.stringify([dashboard.panels, dashboard.templating?.list]);
    const used = new Set([...text.matchAll(/\$\{?([a-z]+)\b/g)].map(([, name]) => name));
    const own = dashboard.templating?.list?.map(({ name }) => name) ?? [];
    // Which of the two data sources it asks is up to its panels.
    const wanted = own.filter((name) => name !== "logs" && name !== "metrics");
    expect([...used].filter((name) => !own.includes(name ?? ""))).toEqual([]);
    expect(wanted.filter((name) => !used.has(name))).toEqual([]);
  });

  test("has panels that fill each line and do not overlap, each with an id of its own", () => {
    const positions = panelsOf(dashboard).map(({ gridPos }) => gridPos);
    for (const line of Map.groupBy(positions, ({ y }) => y).values()) {
      // Each begins where the one before it ends, and the last at the right edge.
      const edges = line.map(({ x, w }) => [x, x + w]);
      expect([0, ...edges.map(([, end]) => end)]).toEqual([...edges.map(([start]) => start), 24]);
      expect(new Set(line.map(({ h }) => h)).size).toBe(1);
    }
    const tops = [...new Map(positions.map(({ y, h }) => [y, y + h]))].sort(([a], [b]) => a - b);
    for (const [index, [top]] of tops.entries()) {
      expect(top).toBeGreaterThanOrEqual(tops[index - 1]?.[1] ?? 0);
    }
    const ids = dashboard.panels?.map(({ id }) => id);
    expect(ids).toEqual(ids?.map((_, index) => index + 1));
  });
});

describe.each(panels)("$name", ({ panel }) => {
  test("says what it is for", () => {
    expect(panel.title).toMatch(/^[A-Z].+[^.]$/);
    expect(panel.description).toMatch(/^.{20,}\.$/);
  });

  test("asks data sources that the reader chooses, and names no host", () => {
    const sources = [
      { type: "prometheus", uid: "$".concat("{metrics}") },
      { type: "loki", uid: "$".concat("{logs}") },
    ];
    expect(sources).toContainEqual(panel.datasource);
    for (const { datasource, expr } of panel.targets) {
      expect(sources).toContainEqual(datasource);
      expect(expr).not.toMatch(/svlnas|svlazext|local/);
    }
    expect(panel.targets.length).toBeGreaterThan(0);
  });

  test("has a unit, unless it shows lines", () => {
    if (panel.type === "logs") return;
    const units =
      panel.type === "table"
        ? panel.fieldConfig?.overrides.map(
            ({ properties }) => properties.find(({ id }) => id === "unit")?.value,
          )
        : [panel.fieldConfig?.defaults.unit];
    expect(units?.length).toBeGreaterThan(0);
    for (const unit of units ?? []) expect(unit).toMatch(/^(suffix: .+|[a-zA-Z]+)$/);
  });

  test("tells several lines apart", () => {
    if (panel.type !== "timeseries") return;
    const legends = panel.targets.map(({ legendFormat }) => legendFormat);
    expect(legends.every(Boolean)).toBe(true);
    expect(new Set(legends).size).toBe(legends.length);
  });
});
