import type { EChartsOption } from "echarts";
import type { BuiltPanel } from "../../grafana/dashboards/built.ts";
import type { Named } from "./names.ts";
import { theme } from "./theme.ts";
import { written } from "./units.ts";

/** The time that is shown, in s since 1970. */
export interface Range {
  from: number;
  to: number;
  /** Whether values and descriptions show where the mouse rests. Default: no. */
  tips?: boolean;
}

/** The graph of a panel without its legend, in a picture or in a browser alike. */
export function graphOption(panel: BuiltPanel, shown: Named[], { from, to }: Range): EChartsOption {
  const { unit, min, max } = panel.fieldConfig?.defaults ?? {};
  const stacked = isStacked(panel);
  const label = { color: theme.dim, fontSize: 11, fontFamily: theme.font };
  return {
    animation: false,
    color: [...theme.series],
    grid: { left: 16, right: 14, top: 8, bottom: 4, containLabel: true },
    xAxis: {
      type: "time",
      min: from * 1000,
      max: to * 1000,
      splitNumber: 4,
      axisLabel: { ...label, formatter: "{HH}:{mm}", hideOverlap: true },
      axisLine: { lineStyle: { color: theme.grid } },
      splitLine: { show: true, lineStyle: { color: theme.grid } },
    },
    yAxis: {
      type: "value",
      min: min as number | undefined,
      max: max as number | undefined,
      splitNumber: 3,
      interval: step(panel, shown, stacked),
      axisLabel: {
        ...label,
        formatter: (value: number) => written(value, unit),
      },
      splitLine: { lineStyle: { color: theme.grid } },
    },
    series: shown.map(({ values }) => ({
      type: "line",
      showSymbol: values.length < 2,
      data: values.map(([time, value]) => [time * 1000, Number(value.toPrecision(4))]),
      lineStyle: { width: 1.3 },
      ...(stacked ? { stack: "all" } : {}),
      areaStyle: { opacity: (customOf(panel).fillOpacity ?? 8) / 100 },
    })),
  };
}

function customOf(panel: BuiltPanel): { stacking?: { mode?: string }; fillOpacity?: number } {
  return panel.fieldConfig?.defaults.custom ?? {};
}

export function isStacked(panel: BuiltPanel): boolean {
  return customOf(panel).stacking?.mode === "normal";
}

/** Distance of the axis' labels where echarts' own would not be round: powers of two, quarters of a whole. */
function step(panel: BuiltPanel, shown: Named[], stacked: boolean): number | undefined {
  const { unit, max } = panel.fieldConfig?.defaults ?? {};
  if (max === 1) return 0.25;
  if (unit !== "bytes") return undefined;
  const peaks = shown.map(({ values }) => Math.max(...values.map(([, value]) => value)));
  const top = stacked ? peaks.reduce((sum, peak) => sum + peak, 0) : Math.max(...peaks);
  return 2 ** Math.ceil(Math.log2(top / 4));
}
