import { expect, test } from "vitest";
import type { Result, State } from "../../../cli/verify/result.ts";
import { shareCause } from "../../../cli/verify/shared-cause.ts";

function row(signal: string, state: State, ageSeconds: number): Result {
  const unit = signal === "containers" ? "lines" : "series";
  const advice = state === "ok" ? undefined : `advice of ${signal}`;
  return { signal, title: signal, query: "q", count: 1, unit, state, ageSeconds, advice };
}

const traefik = row("traefik", "stale", 240);
const self = row("self", "stale", 240);
const pollOfLongAgo = row("github", "ok", 400);

test.each<[what: string, rows: Result[], pointing: string[]]>([
  [
    "no metric arrives: all rows of metrics point to Alloy's own",
    [row("host", "missing", 240), row("containers", "stale", 700), traefik, pollOfLongAgo, self],
    ["host", "traefik"],
  ],
  ["one that arrives", [row("host", "ok", 30), traefik, self], []],
  ["Alloy's own arrive", [traefik, row("self", "ok", 30)], []],
  ["Alloy's own are not asked for", [traefik, row("host", "stale", 240)], []],
])("%s", (_, rows, pointing) => {
  const advice = "No metric of this host arrives: see the row of Alloy itself.";
  expect(shareCause(rows)).toEqual(
    rows.map((each) => (pointing.includes(each.signal) ? { ...each, advice } : each)),
  );
});
