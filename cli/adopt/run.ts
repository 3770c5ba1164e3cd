import type { Action, Step, Undo } from "./steps.ts";

export interface Running {
  perform(action: Action): Promise<void>;
  say(line: string): void;
  /** Set when the operator breaks it off. */
  signal: AbortSignal;
}

export interface Outcome {
  /** Why it was taken back; left out when everything was done. */
  failure?: string;
  /** What could not be taken back, with its reason. */
  left: { undo: Undo; reason: string }[];
}

/** Does all steps in order; whatever fails, all that may have been done is taken back, last first. */
export async function run(steps: readonly Step[], running: Running): Promise<Outcome> {
  const { perform, say, signal } = running;
  for (const [index, { title, action }] of steps.entries()) {
    try {
      signal.throwIfAborted();
      say(`${index + 1}/${steps.length} ${title}`);
      await perform(action);
      signal.throwIfAborted();
    } catch (error) {
      const failure = signal.aborted ? "it was broken off" : reasonOf(error);
      say(`failed: ${title}: ${failure}`);
      return { failure, left: await rollBack(steps.slice(0, index + 1), running) };
    }
  }
  return { left: [] };
}

/** Takes steps back, last first. One that fails does not stop the others: the old service is wanted back. */
export async function rollBack(
  steps: readonly Step[],
  { perform, say }: Pick<Running, "perform" | "say">,
): Promise<Outcome["left"]> {
  const left: Outcome["left"] = [];
  for (const undo of [...steps].reverse().flatMap((step) => step.undo)) {
    say(`back: ${undo.title}`);
    try {
      await perform(undo.action);
    } catch (error) {
      const reason = reasonOf(error);
      say(`failed: ${undo.title}: ${reason}`);
      left.push({ undo, reason });
    }
  }
  return left;
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
