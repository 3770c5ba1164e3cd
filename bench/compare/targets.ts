import { decimal } from "../footprint/table.ts";
import type { Measure } from "./cycle.ts";
import type { Operations } from "./operations.ts";
import type { ProgramStart } from "./program-start.ts";
import type { Results } from "./results.ts";
import { collected, summary } from "./statistics.ts";
import type { ToolName } from "./tool.ts";

/** What this project wants of itself. */
interface Target {
  text: string;
  /** What the medians come to; not a number where a run was cut off before it was measured. */
  value: number;
  unit: string;
  digits: number;
  held: boolean;
}

/** Every target with what was measured and whether it was held, by the medians. */
export function targetRows({ operations, start }: Results): string[][] {
  const targets = [
    ...(operations ? operationTargets(operations) : []),
    ...(start ? [startTarget(start)] : []),
  ];
  const rows = targets
    .filter(({ value }) => !Number.isNaN(value))
    .map(({ text, value, unit, digits, held }) => [
      text,
      `${decimal(value, digits)} ${unit}`,
      held ? "yes" : "no",
    ]);
  return [["target", "measured", "held"], ...rows];
}

function operationTargets(operations: Operations): Target[] {
  const medianOf = (tool: ToolName) => {
    const values = collected(operations[tool]);
    return (measure: Measure) => median(values[measure]);
  };
  const [ours, compose] = [medianOf("ours"), medianOf("docker-compose")];
  const ansible = medianOf("Ansible");
  const more = ours("first") - compose("first");
  const slower = ours("unchanged") / compose("unchanged");
  const aheadOfAnsible = ansible("unchanged") / ours("unchanged");
  const faster = compose("pipeline") / ours("pipeline");
  const missed = ours("pipelineMissed") + ours("tokenMissed");
  return [
    {
      text: "first deployment: at most 5 s more than docker-compose",
      ...{ value: more, unit: "s more", digits: 1, held: more <= 5 },
    },
    {
      text: "nothing changed: at most twice docker-compose's time",
      ...{ value: slower, unit: "times", digits: 2, held: slower <= 2 },
    },
    {
      text: "nothing changed: faster than Ansible",
      ...{ value: aheadOfAnsible, unit: "times as fast", digits: 1, held: aheadOfAnsible > 1 },
    },
    {
      text: "a pipeline changed: five times as fast as docker-compose",
      ...{ value: faster, unit: "times as fast", digits: 1, held: faster >= 5 },
    },
    {
      text: "a pipeline changed, a token replaced: no sample missed",
      ...{ value: missed, unit: "missed", digits: 0, held: missed === 0 },
    },
  ];
}

function startTarget({ program, sdk }: ProgramStart): Target {
  const value = median(program) / median(sdk);
  const text = "program start: at most 1.3 times the SDK's";
  return { text, value, unit: "times", digits: 2, held: value <= 1.3 };
}

function median(values: readonly number[] = []): number {
  return values.length > 0 ? summary(values).median : Number.NaN;
}
