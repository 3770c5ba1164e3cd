import { describe, expect, test } from "vitest";
import { grafanaRules } from "../../../grafana/alerts/grafana-rules.ts";
import { allAlerts } from "../../../grafana/alerts/index.ts";
import { badValues } from "../../../grafana/alerts/prometheus-rules.ts";
import { panelsOf } from "../../../grafana/dashboards/built.ts";
import { allDashboards } from "../../../grafana/dashboards/index.ts";

const dashboards = Object.values(allDashboards());
const args = { metricsUid: "the-metrics", dashboards };
const rules = grafanaRules(allAlerts(), args);
// biome-ignore lint/suspicious/noExplicitAny: inputs of the provider, all plain here
const rule = (uid: string) => rules.find((each) => each.uid === uid) as any;

test("these are watched, each with its patience and what silence means", () => {
  const watched = rules.map(({ uid, for: patience, noDataState, labels }) =>
    [uid, patience, noDataState, (labels as { severity: string }).severity].join(" "),
  );
  expect(watched).toEqual([
    "alloy-host-silent 5m Alerting critical",
    "alloy-disk-almost-full 15m OK warning",
    "alloy-disk-filling 60m OK warning",
    "alloy-disk-not-measured 60m OK warning",
    "alloy-zfs-pool-degraded 2m OK critical",
    "alloy-container-restarts 15m OK warning",
    "alloy-postgres-down 3m OK critical",
    "alloy-journal-silent 15m OK warning",
    "alloy-container-logs-silent 15m OK warning",
    "alloy-docker-not-answering 5m OK warning",
    "alloy-log-token-refused 15m OK critical",
    "alloy-components-unhealthy 15m OK warning",
    "alloy-agent-restarts 0m OK warning",
    "alloy-state-set-aside 0m OK warning",
    "alloy-log-lines-too-old 120m OK warning",
    "alloy-series-budget 15m OK warning",
    "alloy-token-near-end 60m OK critical",
  ]);
});

test("a rule asks its data source, takes the newest value and compares it", () => {
  const { datas, condition, execErrState, name } = rule("alloy-postgres-down");
  expect([name, condition, execErrState]).toEqual(["Postgres down", "C", "Error"]);
  const models = datas.map(({ model, ...rest }: { model: string }) => [rest, JSON.parse(model)]);
  const base = { intervalMs: 60_000, maxDataPoints: 43_200 };
  const expression = { datasource: { type: "__expr__", uid: "__expr__" } };
  const at = { datasourceUid: "__expr__", relativeTimeRange: { from: 0, to: 0 } };
  expect(models).toEqual([
    [
      { refId: "A", datasourceUid: "the-metrics", relativeTimeRange: { from: 600, to: 0 } },
      {
        ...base,
        refId: "A",
        expr: 'min by (host, job, instance) (pg_up{job=~"postgres_.+"} or up{job=~"postgres_.+"})',
        instant: true,
        range: false,
      },
    ],
    [
      { refId: "B", ...at },
      { ...base, ...expression, refId: "B", type: "reduce", expression: "A", reducer: "last" },
    ],
    [
      { refId: "C", ...at },
      {
        ...base,
        ...expression,
        refId: "C",
        type: "threshold",
        expression: "B",
        conditions: [{ evaluator: { type: "lt", params: [1] } }],
      },
    ],
  ]);
});

describe.each(Object.entries(allAlerts()))("%s", (name, alert) => {
  test("links to a panel that shows the same", () => {
    const { annotations } = rule(`alloy-${name}`);
    const linked = dashboards.filter(({ uid }) => uid === annotations.__dashboardUid__);
    const found = linked.flatMap(panelsOf).find(({ id }) => `${id}` === annotations.__panelId__);
    expect(found?.title).toBe(alert.panel.title);
  });

  test("names in its summary only labels that its query keeps", () => {
    const used = [...alert.summary.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label);
    const kept = /by \(([^)]+)\)/.exec(alert.expr)?.[1]?.split(", ") ?? [];
    expect(used.filter((label) => !kept.includes(label ?? ""))).toEqual([]);
  });

  test("compares as Prometheus would", () => {
    const sign = alert.bad.is === "above" ? ">" : "<";
    expect(badValues(alert)).toBe(`(${alert.expr}) ${sign} ${alert.bad.value}`);
  });
});

test("a rule that links to a panel that is not there is refused", () => {
  const lost = {
    "host-silent": {
      ...allAlerts()["host-silent"],
      panel: { dashboard: "alloy-fleet", title: "No" },
    },
  };
  expect(() => grafanaRules(lost as ReturnType<typeof allAlerts>, args)).toThrow(
    'alert "Host silent": there is no panel "No" in alloy-fleet',
  );
});

test("a contact point is told by each rule, and by none without one", () => {
  const contactPoint = { contactPoint: "Alloy" };
  const told = grafanaRules(allAlerts(), { ...args, contactPoint });
  expect(told.map(({ notificationSettings }) => notificationSettings)).toEqual(
    told.map(() => contactPoint),
  );
  expect(rules.some((each) => "notificationSettings" in each)).toBe(false);
});
