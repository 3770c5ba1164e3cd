import type { Dashboard, Panel, RowPanel } from "@grafana/grafana-foundation-sdk/dashboard";
import { allDashboards } from "./index.ts";

/** A panel as Grafana gets it, in the parts that tests and pictures look at. */
export interface BuiltPanel {
  id: number;
  type: string;
  title: string;
  description: string;
  gridPos: { x: number; y: number; w: number; h: number };
  datasource: { type: string; uid: string };
  targets: Target[];
  fieldConfig?: {
    defaults: Record<string, unknown> & { unit?: string; custom?: object };
    overrides: { matcher: { options: string }; properties: { id: string; value: unknown }[] }[];
  };
}

export interface Target {
  refId: string;
  expr: string;
  legendFormat?: string;
  instant?: boolean;
  datasource: { type: string; uid: string };
}

/** Everything that a dashboard shows, less its rows' titles. */
export function panelsOf(dashboard: Dashboard): BuiltPanel[] {
  const panels = (dashboard.panels ?? []) as (Panel | RowPanel)[];
  return panels.filter(({ type }) => type !== "row") as unknown as BuiltPanel[];
}

/** All panels of all dashboards, each with a name for a test's title. */
export function allPanels(): { name: string; panel: BuiltPanel }[] {
  return Object.entries(allDashboards()).flatMap(([key, dashboard]) =>
    panelsOf(dashboard).map((panel) => ({ name: `${key}: ${panel.title}`, panel })),
  );
}
