import { decimal, ratio, type Summary, spread, summary } from "../numbers.ts";
import { type ToolName, toolNames } from "./tool.ts";

/** Everything that a tool is measured by, in the order of the table. */
const labels = {
  first: "first deployment, s",
  firstSample: "first deployment: first sample in the sink after, s",
  firstLine: "first deployment: first log line in the sink after, s",
  unchanged: "nothing changed, s",
  preview: "preview of a changed pipeline, s",
  pipeline: "a pipeline changed, s",
  pipelineWorks: "a pipeline changed: the agent has loaded it after, s",
  pipelineMissed: "a pipeline changed: samples missed, one a second",
  token: "token replaced, s",
  tokenMissed: "token replaced: samples missed, one a second",
  reload: "reload by hand: the agent has loaded it after, s",
  reloadMissed: "reload by hand: samples missed, one a second",
} as const;

export type Measure = keyof typeof labels;

/** What each tool was measured by, run by run. */
export type Results = Record<ToolName, Partial<Record<Measure, number>>[]>;

/** The runs of one tool; undefined where it does not have the measure. */
export function summaryOf(results: Results, tool: ToolName, measure: Measure): Summary | undefined {
  return summary(results[tool].flatMap((run) => run[measure] ?? []));
}

/** Every measure with each tool, and how many times as much as ours the others take. */
export function measureRows(results: Results): string[][] {
  const [, ...others] = toolNames;
  const rows = (Object.keys(labels) as Measure[]).map((measure) => {
    const summaries = toolNames.map((tool) => summaryOf(results, tool, measure));
    const [ours, ...theirs] = summaries;
    const digits = measure.endsWith("Missed") ? 0 : 1;
    return [
      labels[measure],
      ...summaries.map((one) => spread(one, digits)),
      ...theirs.map((one) => ratio(one?.median, ours?.median)),
    ];
  });
  return [["", ...toolNames, ...others.map((name) => `${name} / ours`)], ...rows];
}

type Median = (tool: ToolName, measure: Measure) => number;

/** What this project wants of itself. */
const targets: [
  text: string,
  value: (median: Median) => number,
  holds: (value: number) => boolean,
][] = [
  [
    "first deployment: at most 5 s more than docker-compose",
    (median) => median("ours", "first") - median("docker-compose", "first"),
    (value) => value <= 5,
  ],
  [
    "nothing changed: at most three times docker-compose's time",
    (median) => median("ours", "unchanged") / median("docker-compose", "unchanged"),
    (value) => value <= 3,
  ],
  [
    "nothing changed: five times as fast as Ansible",
    (median) => median("Ansible", "unchanged") / median("ours", "unchanged"),
    (value) => value >= 5,
  ],
  [
    "a pipeline changed: the agent has loaded it within 3 s",
    (median) => median("ours", "pipelineWorks"),
    (value) => value <= 3,
  ],
  [
    "a pipeline changed, a token replaced: samples missed, none",
    (median) => median("ours", "pipelineMissed") + median("ours", "tokenMissed"),
    (value) => value === 0,
  ],
];

/** Every target with what the medians come to; left out are those of what a stopped run did not measure. */
export function targetRows(results: Results): string[][] {
  const median: Median = (tool, measure) => summaryOf(results, tool, measure)?.median ?? Number.NaN;
  const rows = targets
    .map(([text, value, holds]) => ({ text, value: value(median), holds }))
    .filter(({ value }) => !Number.isNaN(value))
    .map(({ text, value, holds }) => [text, decimal(value, 2), holds(value) ? "yes" : "no"]);
  return [["target", "measured", "held"], ...rows];
}
