import type { Answer } from "./collect.ts";

/** A line of a panel: its name as the legend has it, and its values. */
export interface Named {
  name: string;
  values: [time: number, value: number][];
}

/** The series of a panel's answers by name. */
export function named(answers: Answer[]): Named[] {
  return answers.flatMap(({ legend, series }) =>
    series.map(({ labels, values }) => ({ name: legendOf(legend, labels), values })),
  );
}

/** A legend with its `{{label}}` filled in. */
export function legendOf(legend: string, labels: Record<string, string>): string {
  return legend.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, label) => labels[label] ?? "");
}

/** The newest value, or none. */
export function newest({ values }: Pick<Named, "values">): number {
  return values.at(-1)?.[1] ?? Number.NaN;
}
