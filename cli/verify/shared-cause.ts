import { METRICS_FRESH } from "../../telemetry/signals.ts";
import { failed, type Result } from "./result.ts";

/**
 * When not even Alloy's own metrics arrive, one cause is behind all rows of metrics: the others point to
 * that one, not to places where nothing is wrong.
 */
export function shareCause(signals: Result[]): Result[] {
  const metrics = signals.filter(({ unit }) => unit === "series");
  const self = metrics.find(({ signal }) => signal === "self");
  // GitHub's samples stay fresh for longer: an old one proves nothing.
  const arrives = ({ state, ageSeconds = 0 }: Result) =>
    state === "ok" && ageSeconds < METRICS_FRESH;
  if (!self || !failed(self) || metrics.some(arrives)) return signals;
  const advice = "No metric of this host arrives: see the row of Alloy itself.";
  return signals.map((row) =>
    row !== self && metrics.includes(row) && failed(row) ? { ...row, advice } : row,
  );
}
