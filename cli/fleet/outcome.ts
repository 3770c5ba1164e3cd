/** How the work on one host ended. */
export interface Outcome {
  /** `cancelled`: by Ctrl-C, in an orderly way. */
  state: "ok" | "failed" | "cancelled";
  /** What was done, or the one sentence that says what is wrong. */
  sentence: string;
}

/** What one host's work gets besides the name of its stack. */
export interface Job {
  /** File for all that there is to say; made by the work, readable by its owner alone. */
  log: string;
  /** Aborted by Ctrl-C: what runs is to end in an orderly way. */
  signal: AbortSignal;
}

/** Works on one host. May reject: that fails this host and no other. */
export type Work = (stack: string, job: Job) => Promise<Outcome>;

/** One host of a run. `waiting` and `running` are seen in the record of a run that is under way or was killed. */
export interface Row {
  stack: string;
  state: Outcome["state"] | "waiting" | "running" | "not started";
  sentence: string;
  /** How long it took, in s; absent where it was not started. */
  seconds?: number;
  /** Path of the log, relative to the project; absent where it was not started. */
  log?: string;
}

/** Ended before there was anything to end in an orderly way. */
export const cancelled: Outcome = { state: "cancelled", sentence: "cancelled" };

/** What is asked for, or nothing once the operator wants to end: asking changes nothing that would be left half done. */
export async function unlessCancelled<T>(
  asked: Promise<T>,
  { signal }: Job,
): Promise<T | undefined> {
  const aborted = new Promise<undefined>((done) => {
    if (signal.aborted) done(undefined);
    signal.addEventListener("abort", () => done(undefined), { once: true });
  });
  return Promise.race([asked, aborted]);
}

/** An error as one line. */
export function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (
    text
      .split("\n")
      .find((line) => line.trim())
      ?.trim() ?? "no reason given"
  );
}
