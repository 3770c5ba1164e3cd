import { expect, test } from "vitest";
import { checksOf, selfChecksOf } from "../../../cli/verify/checks.ts";
import { allAlerts } from "../../../grafana/alerts/index.ts";
import { allPanels } from "../../../grafana/dashboards/built.ts";
import { pipelineDirectory, pipelineFiles } from "../../../pipelines/pipeline-files.ts";
import { factsOf } from "../../cli/support/facts.ts";

const { "self.alloy": text = "" } = pipelineFiles(pipelineDirectory, ["self"]);
const dropped = [...text.matchAll(/regex += "(.+)"\n\t\taction += "drop"/g)].map(
  ([, regex]) => new RegExp(`^(${regex})$`),
);

const facts = factsOf("svlnas");
const queries = [
  ...allPanels().flatMap(({ panel }) => panel.targets.map(({ expr }) => expr)),
  ...Object.values(allAlerts()).map(({ expr }) => expr),
  ...[...checksOf(facts, new Date()), ...selfChecksOf(facts)].flatMap(
    ({ metrics = [] }) => metrics,
  ),
];
/** Metrics that are asked of Alloy itself. */
const asked = new Set(
  queries.flatMap((query) =>
    [...query.matchAll(/(\w+)\{job="alloy"/g)].map(([, name = ""]) => name),
  ),
);

test.each([...asked])("%s is not dropped", (name) => {
  expect(dropped.filter((regex) => regex.test(name))).toEqual([]);
});

test.each([
  "loki_write_request_duration_seconds_bucket",
  "go_gc_duration_seconds",
  "process_open_fds",
])("%s is", (name) => {
  expect(dropped.some((regex) => regex.test(name))).toBe(true);
});
