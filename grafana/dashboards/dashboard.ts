import type * as cog from "@grafana/grafana-foundation-sdk/cog";
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  type Panel,
  QueryVariableBuilder,
  RowBuilder,
  TextBoxVariableBuilder,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { LOGS, METRICS } from "./panels.ts";

/** By this tag the dashboards find each other. */
const TAG = "grafana-alloy";

export interface DashboardArgs {
  /** Part of the dashboard's address, which never changes: `alloy-fleet`. */
  uid: string;
  title: string;
  description: string;
  /** Beside the data sources. */
  variables?: cog.Builder<VariableModel>[];
  /** Panels by the title of their row, from top to bottom; a line of panels is 24 wide. */
  rows: Record<string, cog.Builder<Panel>[]>;
}

/** A dashboard as Grafana takes it. Its panels have the same id as long as none is put before them. */
export function dashboard(args: DashboardArgs): Dashboard {
  const builder = new DashboardBuilder(args.title)
    .uid(args.uid)
    .description(args.description)
    .tags([TAG])
    .time({ from: "now-6h", to: "now" })
    .refresh("1m")
    .timezone("browser")
    .tooltip(DashboardCursorSync.Crosshair)
    .variables([...dataSources(), ...(args.variables ?? [])])
    .link(
      new DashboardLinkBuilder("Alloy")
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
    );
  for (const [title, panels] of Object.entries(args.rows)) {
    builder.withRow(new RowBuilder(title));
    for (const panel of panels) builder.withPanel(panel);
  }
  const built = builder.build();
  for (const [index, panel] of (built.panels ?? []).entries()) panel.id = index + 1;
  return built;
}

function dataSources(): cog.Builder<VariableModel>[] {
  return [
    new DatasourceVariableBuilder("metrics")
      .label("Metrics")
      .description("The Prometheus that the hosts send to; in Grafana Cloud grafanacloud-…-prom.")
      .type("prometheus")
      .regex("/^(?!.*(usage|ml-metrics)).*$/"),
    new DatasourceVariableBuilder("logs")
      .label("Logs")
      .description("The Loki that the hosts send to; in Grafana Cloud grafanacloud-…-logs.")
      .type("loki")
      .regex("/^(?!.*(usage-insights|alert-state-history)).*$/"),
  ];
}

interface LabelVariable {
  name: string;
  label: string;
  description: string;
  /** Series or streams whose label has the values. */
  selector: string;
  /** The label. Default: the variable's name. */
  of?: string;
  /** Whether several, and all, can be chosen. */
  several?: boolean;
  from?: typeof METRICS | typeof LOGS;
}

/** A variable with the values of a label. */
export function labelVariable(args: LabelVariable): cog.Builder<VariableModel> {
  const { name, selector, of = name, several = false, from = METRICS } = args;
  const variable = new QueryVariableBuilder(name)
    .label(args.label)
    .description(args.description)
    .datasource(from)
    .query(
      from === LOGS
        ? { label: of, refId: "variable", stream: selector, type: 1 }
        : { query: `label_values(${selector}, ${of})`, refId: "variable" },
    )
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(several)
    .includeAll(several);
  // Loki refuses a selector that an empty value would match.
  return several ? variable.allValue(".+").current({ text: "All", value: "$__all" }) : variable;
}

/** The host, one or several. Its values are those of everything that is scraped. */
export function hostVariable({ several }: { several: boolean }): cog.Builder<VariableModel> {
  return labelVariable({
    name: "host",
    label: "Host",
    description: "Value of the label `host`: host.name of a stack.",
    selector: 'up{host!=""}',
    several,
  });
}

export function textVariable(name: string, label: string, description: string) {
  return new TextBoxVariableBuilder(name).label(label).description(description).defaultValue("");
}
