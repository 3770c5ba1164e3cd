import { z } from "zod";

/** How the work on one host ended. */
export interface Outcome {
  /** `cancelled`: by Ctrl-C, in an orderly way. */
  state: "ok" | "failed" | "cancelled";
  /** What was done, or the one sentence that says what is wrong. */
  sentence: string;
}

/** What one host's work gets besides the name of its stack. */
interface Job {
  /** File for all that there is to say; made by the work, readable by its owner alone. */
  log: string;
  /** Aborted by Ctrl-C: what runs is to end in an orderly way. */
  signal: AbortSignal;
}

/** Works on one host. May reject: that fails this host and no other. */
export type Work = (stack: string, job: Job) => Promise<Outcome>;

/** One host of a run. `waiting` and `running` are seen of a run that is under way or was killed. */
export const row = z.strictObject({
  stack: z.string().min(1),
  state: z.enum(["ok", "failed", "cancelled", "waiting", "running", "not started"]),
  sentence: z.string(),
  /** How long it took, in s; absent where it was not started. */
  seconds: z.number().optional(),
  /** Path of the log, relative to the project; absent where it was not started. */
  log: z.string().optional(),
});

export type Row = z.infer<typeof row>;

/** An error as one line. */
export function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const lines = text.split("\n").map((line) => line.trim());
  return lines.find(Boolean) ?? "no reason given";
}
