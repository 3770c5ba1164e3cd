import { expect, test } from "vitest";
import { checked, leftOpen } from "../../../checks/host/check.ts";
import { doctorOutcome } from "../../../cli/fleet/doctor.ts";

const fault = (path: string) => ({ path, reason: "is missing", fix: `set ${path}` });

test("all well", () => {
  expect(doctorOutcome([checked("node", "24.21.0"), checked("ssh", "answers")])).toEqual({
    state: "ok",
    sentence: "2 checks, all well",
  });
});

test("every fault, and how many checks wait for it", () => {
  const checks = [
    checked("node", "24.21.0"),
    checked("configuration", "host.name", fault("host.name")),
    checked("configuration", "ingress.domain", fault("ingress.domain")),
    leftOpen("host", "not asked"),
  ];
  expect(doctorOutcome(checks)).toEqual({
    state: "failed",
    sentence: "host.name: is missing; ingress.domain: is missing; 1 more to be looked at then",
  });
});
