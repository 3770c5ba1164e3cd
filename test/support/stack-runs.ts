import { mockProgram, type ProgramRun } from "./mock-program.ts";
import { completed, completedLocal } from "./stack-files.ts";

const runs = new Map<string, Promise<ProgramRun>>();

/** A run of the program for a stack as an operator completes it; once for each test file. */
export function stackRun(stack: "svlnas" | "svlazext" | "local"): Promise<ProgramRun> {
  const settings = () => (stack === "local" ? completedLocal() : completed(stack));
  const run = runs.get(stack) ?? mockProgram(stack, settings());
  runs.set(stack, run);
  return run;
}

/** Inputs of a run's containers by name of the resource. */
export function containersOf(
  run: ProgramRun,
): Record<string, ProgramRun["resources"][number]["inputs"]> {
  const containers = run.resources.filter(({ type }) => type.endsWith(":Container"));
  return Object.fromEntries(containers.map(({ name, inputs }) => [name, inputs]));
}
