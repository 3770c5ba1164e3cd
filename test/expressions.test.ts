import { parser as logql } from "@grafana/lezer-logql";
import { parser as promql } from "@prometheus-io/lezer-promql";
import { describe, expect, test } from "vitest";
import { answers, measure } from "../cli/verify/ask.ts";
import { checksOf, selfChecksOf } from "../cli/verify/checks.ts";
import { allAlerts } from "../grafana/alerts/index.ts";
import { badValues } from "../grafana/alerts/prometheus-rules.ts";
import { allPanels } from "../grafana/dashboards/built.ts";
import { fill } from "../grafana/dashboards/fill.ts";
import { allDashboards } from "../grafana/dashboards/index.ts";
import { LOGS } from "../grafana/dashboards/panels.ts";
import { parseQuery } from "../lab/stand-ins/grafana-cloud-logs/logql.ts";
import type { VerifyFacts } from "../telemetry/facts.ts";
import { signalsOf } from "../telemetry/signals.ts";
import { factsOf } from "./cli/support/facts.ts";
import { answerAsSinks, sinks } from "./cli/support/sinks.ts";

/** Each expression of the product, by the vendors' own grammars: a broken one never reaches a sink. */
type Language = "PromQL" | "LogQL";
const grammars = { PromQL: promql, LogQL: logql };

/** The text from the first place on that is not of the language; undefined when all is. */
function brokenAt(language: Language, text: string): string | undefined {
  let broken: string | undefined;
  grammars[language].parse(text).iterate({
    enter: ({ type, from }) => {
      if (type.isError) broken ??= text.slice(from);
    },
  });
  return broken;
}

function expectWhole(language: Language, text: string): void {
  expect(text).not.toBe("");
  expect(brokenAt(language, text), `${text} is not ${language}`).toBeUndefined();
  // And the lab answers it.
  if (language === "LogQL") parseQuery(text);
}

test.each<[Language, string, string]>([
  ["PromQL", 'rate(up{job="alloy"}[5m)', ")"],
  ["PromQL", "up{job=$job}", "$job}"],
  ["LogQL", "{job=docker}", "docker}"],
  ["LogQL", 'rate({job="docker"}[$__auto])', "$__auto])"],
])("a broken expression is found: %s, %s", (language, text, rest) => {
  expect(brokenAt(language, text)).toBe(rest);
  expect(() => expectWhole(language, text)).toThrow();
});

test("and so is LogQL that the lab can't answer", () => {
  expect(brokenAt("LogQL", '{a="b"} | json')).toBeUndefined();
  expect(() => expectWhole("LogQL", '{a="b"} | json')).toThrow("does not cover");
});

describe("verify", () => {
  const exclude = { containers: ["a.b", 'c"d'], composeServices: ["web", "proj/web"] };
  const excluding = (facts: VerifyFacts) => ({ ...facts, logs: { ...facts.logs, exclude } });

  test.each<[string, VerifyFacts]>([
    ["svlnas", factsOf("svlnas")],
    ["svlazext", factsOf("svlazext")],
    ["local", factsOf("local")],
    ["svlnas with excluded containers", excluding(factsOf("svlnas"))],
  ])("asks nothing that is broken about %s", async (_, facts) => {
    const checks = [...checksOf(facts, new Date()), ...selfChecksOf(facts)];
    const asked = answerAsSinks({ metrics: () => [], logs: () => [] });
    for (const signal of signalsOf(facts)) await measure(sinks, signal);
    for (const check of checks) await answers(sinks, check);
    for (const { path, query } of asked) {
      expectWhole(path.startsWith("/loki/") ? "LogQL" : "PromQL", query);
    }
    expect(asked.length).toBeGreaterThan(30);
  });
});

describe("dashboards", () => {
  const filling = { host: "svlnas", interval: "1m" };
  const queries = allPanels().flatMap(({ name, panel }) =>
    panel.targets.map(({ refId, expr, datasource }) => ({
      name: `${name}, ${refId}`,
      expr,
      datasource,
    })),
  );

  test.each(queries)("$name", ({ expr, datasource }) => {
    expectWhole(datasource.type === LOGS.type ? "LogQL" : "PromQL", fill(expr, filling));
  });

  const variables = Object.entries(allDashboards()).flatMap(([key, { templating }]) =>
    (templating?.list ?? [])
      .filter(({ type }) => type === "query")
      .map(({ name, query }) => ({
        name: `${key}, $${name}`,
        query: query as Record<string, string>,
      })),
  );

  test.each(variables)("$name", ({ query }) => {
    if (query.stream) return expectWhole("LogQL", fill(query.stream, filling));
    const [, selector = ""] = /^label_values\((.+), \w+\)$/.exec(query.query ?? "") ?? [];
    expectWhole("PromQL", fill(selector, filling));
  });
});

test.each(Object.entries(allAlerts()))("alert %s", (_, alert) => {
  expectWhole("PromQL", alert.expr);
  expectWhole("PromQL", badValues(alert));
});
