import { expect, test } from "vitest";
import { verifyOutcome } from "../../../cli/fleet/verify.ts";
import type { Result } from "../../../cli/verify/result.ts";

const result = (given: Partial<Result>): Result => ({
  signal: "journal",
  title: "systemd journal",
  query: "",
  count: 1,
  unit: "lines",
  state: "ok",
  ...given,
});

test("all passed; something to look at is no failure", () => {
  const results = [result({}), result({ state: "warning", advice: "Look." })];
  expect(verifyOutcome(results)).toEqual({ state: "ok", sentence: "2 proofs, all passed" });
});

test("the first that failed with its reason, the others by name", () => {
  const results = [
    result({}),
    result({ title: "Traefik", state: "missing", advice: "Start it." }),
    result({ state: "stale", detail: "5 h old", advice: "Look." }),
  ];
  expect(verifyOutcome(results)).toEqual({
    state: "failed",
    sentence: "Traefik missing (Start it.); systemd journal stale",
  });
});
