import type { Dashboard, Panel, RowPanel } from "@grafana/grafana-foundation-sdk/dashboard";
import type * as grafana from "@pulumiverse/grafana";
import { type Alert, EVALUATE_SECONDS } from "./alert.ts";

type Rule = grafana.types.input.alerting.RuleGroupRule;
type Data = grafana.types.input.alerting.RuleGroupRuleData;

export interface GrafanaRulesArgs {
  /** uid of the data source that has the metrics. */
  metricsUid: Data["datasourceUid"];
  /** Dashboards in which the rules' panels are looked up. */
  dashboards: Dashboard[];
  /** Contact point that is told. Left out: the notification policy of the stack says who. */
  contactPoint?: NonNullable<Rule["notificationSettings"]>;
}

/** Rules as Grafana evaluates them: the query, its newest value, and whether that is bad. */
export function grafanaRules(alerts: Record<string, Alert>, args: GrafanaRulesArgs): Rule[] {
  return Object.entries(alerts).map(([name, alert]) => ({
    uid: `alloy-${name}`,
    name: alert.title,
    condition: "C",
    for: `${alert.forMinutes}m`,
    noDataState: alert.noData ?? "OK",
    // The query fails: that is told as DatasourceError, not as this rule.
    execErrState: "Error",
    labels: { severity: alert.severity },
    annotations: {
      summary: alert.summary,
      description: alert.description,
      ...panelLink(alert, args.dashboards),
    },
    datas: [query(alert, args.metricsUid), newest, condition(alert)],
    ...(args.contactPoint && { notificationSettings: args.contactPoint }),
  }));
}

/** An instant query looks at now; the range is only what Grafana shows beside it. */
function query({ expr }: Alert, datasourceUid: Data["datasourceUid"]): Data {
  return {
    refId: "A",
    datasourceUid,
    relativeTimeRange: { from: 600, to: 0 },
    model: model({ refId: "A", expr, instant: true, range: false }),
  };
}

const newest: Data = expression("B", { type: "reduce", expression: "A", reducer: "last" });

function condition({ bad: { is, value } }: Alert): Data {
  const evaluator = { type: is === "above" ? "gt" : "lt", params: [value] };
  return expression("C", { type: "threshold", expression: "B", conditions: [{ evaluator }] });
}

function expression(refId: string, settings: object): Data {
  const datasource = { type: "__expr__", uid: "__expr__" };
  return {
    refId,
    datasourceUid: "__expr__",
    relativeTimeRange: { from: 0, to: 0 },
    model: model({ refId, datasource, ...settings }),
  };
}

/** What Grafana adds to a model by itself; without it every update would show a change. */
function model(settings: object): string {
  return JSON.stringify({
    intervalMs: EVALUATE_SECONDS * 1000,
    maxDataPoints: 43_200,
    ...settings,
  });
}

/** The annotations by which Grafana links an alert to a panel. Throws when there is no such panel. */
function panelLink({ title, panel }: Alert, dashboards: Dashboard[]): Record<string, string> {
  const found = dashboards
    .find(({ uid }) => uid === panel.dashboard)
    ?.panels?.find((each: Panel | RowPanel) => each.title === panel.title && each.type !== "row");
  if (found?.id === undefined) {
    throw new Error(`alert "${title}": there is no panel "${panel.title}" in ${panel.dashboard}`);
  }
  return { __dashboardUid__: panel.dashboard, __panelId__: `${found.id}` };
}
