import { StackLocked } from "./lock.ts";

/** What is done when a step is taken back, with what the operator reads about it. */
export interface Undo {
  title: string;
  do(): Promise<unknown>;
  /** What to do by hand when it fails. */
  byHand: string;
}

/** One step forward. Its undoing is right whether the step was done, half done or not begun. */
export interface Step {
  title: string;
  do(): Promise<unknown>;
  /** In the order in which they are done. */
  undo: Undo[];
}

/** Where progress goes, a line each. */
type Say = (line: string) => void;

/** Does all steps in order; whatever fails, all that may have been done is taken back, last first. Throws why. */
export async function run(steps: readonly Step[], say: Say, signal: AbortSignal): Promise<void> {
  for (const [index, step] of steps.entries()) {
    try {
      signal.throwIfAborted();
      say(`${index + 1}/${steps.length} ${step.title}`);
      await step.do();
      signal.throwIfAborted();
    } catch (error) {
      if (error instanceof StackLocked) throw error;
      const failure = signal.aborted ? "it was interrupted" : reasonOf(error);
      say(`failed: ${step.title}: ${failure}`);
      const taken = await rollBack(steps.slice(0, index + 1), say).catch(reasonOf);
      throw new Error(`${failure}\n${taken}`);
    }
  }
}

/** Takes steps back, last first. One that fails does not stop the others; throws what is left to do by hand. */
export async function rollBack(steps: readonly Step[], say: Say): Promise<string> {
  const left: string[] = [];
  for (const undo of [...steps].reverse().flatMap((step) => step.undo)) {
    say(`back: ${undo.title}`);
    try {
      await undo.do();
    } catch (error) {
      if (error instanceof StackLocked) throw error;
      say(`failed: ${undo.title}: ${reasonOf(error)}`);
      left.push(`  ${undo.title}: ${reasonOf(error)}\n    ${undo.byHand}`);
    }
  }
  if (left.length === 0) return "The old service is back as it was.";
  throw new Error(`Not all could be undone. Do this by hand, in this order:\n${left.join("\n")}`);
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
