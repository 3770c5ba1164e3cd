import { mockProgram, type ProgramRun } from "./mock-program.ts";
import { completed, completedLocal } from "./stack-files.ts";

const runs = new Map<string, Promise<ProgramRun>>();

/** A run of the program for a stack as an operator completes it; once for each process. */
export function stackRun(stack: "svlnas" | "svlazext" | "local"): Promise<ProgramRun> {
  const settings = () => (stack === "local" ? completedLocal() : completed(stack));
  const run = runs.get(stack) ?? mockProgram(stack, settings());
  runs.set(stack, run);
  return run;
}
