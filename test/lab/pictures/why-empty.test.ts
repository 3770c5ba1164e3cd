import { expect, test } from "vitest";
import { allPanels } from "../../../grafana/dashboards/built.ts";
import { whyEmpty } from "../../../lab/pictures/why-empty.ts";

const panels = new Map(allPanels().map(({ name, panel }) => [name, panel]));

test.each([
  ["host: Pools", "this host has no ZFS"],
  ["host: ARC hits", "this host has no ZFS"],
  ["host: Temperatures", "this host has no sensor"],
  ["agent: Lines dropped on purpose", "no line was dropped"],
  ["github: Stars", "polled every 10 minutes"],
  ["host: CPU by mode", "a rate needs two scrapes"],
  ["logs: Journal", "no line matches"],
  ["logs: Lines by unit", "no line matches"],
  ["host: Uptime", ""],
])("%s is empty because %s", (name, reason) => {
  expect(whyEmpty(panels.get(name) ?? { targets: [] })).toBe(reason);
});
