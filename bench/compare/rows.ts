import { decimal, ratio } from "../footprint/table.ts";
import type { Measure } from "./cycle.ts";
import type { Operations } from "./operations.ts";
import type { ProgramStart } from "./program-start.ts";
import { collected, type Summary, summary } from "./statistics.ts";
import { toolNames } from "./tool.ts";

/** What a reader calls a measure, in the order of the table. */
const labels: Record<Measure, string> = {
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
};

const isCount = (measure: Measure) => measure.endsWith("Missed");

/** Every measure with each tool, and how many times as much as ours the others take. */
export function operationRows(operations: Operations): string[][] {
  const [, ...others] = toolNames;
  const head = ["", ...toolNames, ...others.map((name) => `${name} / ours`)];
  const values = toolNames.map((name) => collected(operations[name]));
  const rows = (Object.keys(labels) as Measure[]).map((measure) => {
    const summaries = values.map((of) => of[measure] && summary(of[measure]));
    const [ours, ...theirs] = summaries;
    const digits = isCount(measure) ? 0 : 1;
    return [
      labels[measure],
      ...summaries.map((one) => spread(one, digits)),
      ...theirs.map((one) => (ours && one ? ratio(one.median, ours.median) : "-")),
    ];
  });
  return [head, ...rows];
}

/** The median with the two ends, or a dash where nothing was measured. */
function spread(one: Summary | undefined, digits: number): string {
  if (!one) return "-";
  const [median, min, max] = [one.median, one.min, one.max].map((v) => decimal(v, digits));
  return `${median} (${min}–${max})`;
}

/** The program's start against the SDK's alone. */
export function startRows(start: ProgramStart): string[][] {
  const row = (label: string, program: number[], sdk: number[]) => [
    label,
    spread(summary(program), 2),
    spread(summary(sdk), 2),
    ratio(summary(program).median, summary(sdk).median),
  ];
  return [
    ["program start", "index.ts, s", "@pulumi/pulumi alone, s", "ratio"],
    row("as it is from the second start on", start.program, start.sdk),
    row("the same, CPU", start.programCpu, start.sdkCpu),
    row("the very first one, nothing compiled", start.coldProgram, start.coldSdk),
  ];
}

/** What the program loads, package by package. */
export function packageRows({ packages }: ProgramStart): string[][] {
  const values = collected(packages);
  const rows = Object.entries(values).map(([name, seconds]) => {
    const label = name === "./index.ts" ? "the program itself" : name;
    const { median, min, max } = summary((seconds ?? []).map((value) => value * 1000));
    return [label, `${decimal(median, 0)} (${decimal(min, 0)}–${decimal(max, 0)})`];
  });
  return [["loaded, in this order", "ms"], ...rows];
}
