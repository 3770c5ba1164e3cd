/** Colours and sizes of the pictures: near to Grafana's dark theme. */
export const theme = {
  canvas: "#111217",
  panel: "#181b1f",
  border: "#2b2e35",
  grid: "#2a2d33",
  text: "#ccccdc",
  dim: "#8e8e9c",
  font: "Inter, Helvetica, Arial, sans-serif",
  mono: "'Roboto Mono', 'DejaVu Sans Mono', monospace",
  series: [
    "#73bf69",
    "#f2cc0c",
    "#5794f2",
    "#ff780a",
    "#b877d9",
    "#56d2d2",
    "#f2495c",
    "#96d98d",
    "#8ab8ff",
    "#ffb357",
  ],
} as const;

const named: Record<string, string> = {
  green: "#73bf69",
  yellow: "#f2cc0c",
  red: "#f2495c",
  text: theme.text,
};

/** A colour by the name that dashboards use. */
export function colour(name: string | undefined): string {
  return named[name ?? "text"] ?? theme.text;
}

interface Step {
  value: number | null;
  color: string;
}

/** The colour that thresholds give a value. */
export function thresholdColour(thresholds: unknown, value: number): string {
  const { steps = [] } = (thresholds ?? {}) as { steps?: Step[] };
  return colour(steps.filter(({ value: from }) => from === null || value >= from).at(-1)?.color);
}
