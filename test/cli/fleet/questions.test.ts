import { expect, test } from "vitest";
import { checked, leftOpen } from "../../../checks/host/check.ts";
import { doctorOutcome, verifyOutcome } from "../../../cli/fleet/questions.ts";
import type { Result } from "../../../cli/verify/result.ts";

const fault = (path: string) => ({ path, reason: "is missing", fix: `set ${path}` });
const node = checked("node", "24.21.0");

test.each([
  ["all well", [node, checked("ssh", "answers")], "ok", "2 checks, all well"],
  [
    "every fault, and how many checks wait for it",
    [
      node,
      checked("configuration", "host.name", fault("host.name")),
      checked("configuration", "ingress.domain", fault("ingress.domain")),
      leftOpen("host", "not asked"),
    ],
    "failed",
    "host.name: is missing; ingress.domain: is missing; 1 more skipped",
  ],
])("doctor: %s", (_, checks, state, sentence) => {
  expect(doctorOutcome(checks)).toEqual({ state, sentence });
});

const result = (given: Partial<Result>): Result => ({
  ...{ signal: "journal", title: "systemd journal", query: "", count: 1 },
  ...{ unit: "lines", state: "ok", ...given },
});

test.each<[string, Result[], string, string]>([
  [
    "something to look at is no failure",
    [result({}), result({ state: "warning", advice: "Look." })],
    "ok",
    "2 checks, all passed",
  ],
  [
    "the first that failed with its reason, the others by name",
    [
      result({}),
      result({ title: "Traefik", state: "missing", advice: "Start it." }),
      result({ state: "stale", detail: "5 h old", advice: "Look." }),
    ],
    "failed",
    "Traefik missing (Start it.); systemd journal stale",
  ],
])("verify: %s", (_, results, state, sentence) => {
  expect(verifyOutcome(results)).toEqual({ state, sentence });
});
