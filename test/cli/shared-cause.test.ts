import { expect, test } from "vitest";
import type { Result, State } from "../../cli/verify/result.ts";
import { shareCause } from "../../cli/verify/shared-cause.ts";

function row(signal: string, state: State, ageSeconds: number, unit: Result["unit"] = "series") {
  const advice = state === "ok" ? undefined : `advice of ${signal}`;
  return { signal, title: signal, query: "q", count: 1, unit, state, ageSeconds, advice };
}
const adviceOf = (rows: Result[]) => shareCause(rows).map(({ advice }) => advice);
const pointed = "No metric of this host arrives: see the row of Alloy itself.";

test("no metric arrives: all rows of metrics point to Alloy's own", () => {
  const rows = [
    row("host", "stale", 240),
    row("containers", "stale", 700, "lines"),
    row("traefik", "missing", 240),
    row("github", "ok", 400),
    row("self", "stale", 240),
  ];
  expect(adviceOf(rows)).toEqual([
    pointed,
    "advice of containers",
    pointed,
    undefined,
    "advice of self",
  ]);
});

test("one that arrives has causes of their own for the others", () => {
  const rows = [row("host", "ok", 30), row("traefik", "stale", 240), row("self", "stale", 240)];
  expect(shareCause(rows)).toEqual(rows);
});

test("Alloy's own that arrive, or are not asked for, leave all rows as they are", () => {
  const arrived = [row("traefik", "stale", 240), row("self", "ok", 30)];
  expect(shareCause(arrived)).toEqual(arrived);
  const unasked = [row("traefik", "stale", 240), row("host", "stale", 240)];
  expect(shareCause(unasked)).toEqual(unasked);
});
