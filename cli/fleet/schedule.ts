import { oneLine, type Row, type Work } from "./work.ts";

/** What is to be done, in which order. */
export interface Plan {
  stacks: readonly string[];
  /** How many hosts are worked on at a time. */
  parallel: number;
  /** The host that is worked on and proven first, alone. When that fails, no other is started. */
  canary?: string | undefined;
}

export interface Hooks {
  work: Work;
  /** Proves the canary after the work on it. */
  prove: Work;
  /** Aborted: no new host is started. */
  signal: AbortSignal;
  /** Path of a host's log. */
  logOf(stack: string): string;
  /** A host's row is another now. */
  changed(row: Row): void;
}

/** Works on all hosts of a plan and answers their rows in the plan's order. One that fails stops no other. */
export async function schedule(plan: Plan, hooks: Hooks): Promise<Row[]> {
  const { stacks, canary } = plan;
  const rows = new Map<string, Row>();
  const set = (row: Row) => {
    rows.set(row.stack, row);
    hooks.changed(row);
  };
  const queue = stacks.filter((stack) => stack !== canary);
  if (canary !== undefined) await workOn(canary, proven(hooks), hooks, set);
  const failed = canary !== undefined && rows.get(canary)?.state !== "ok";
  const lane = async () => {
    while (!hooks.signal.aborted && !failed) {
      const stack = queue.shift();
      if (stack === undefined) return;
      await workOn(stack, hooks.work, hooks, set);
    }
  };
  await Promise.all(Array.from({ length: plan.parallel }, lane));
  const why = failed && !hooks.signal.aborted ? `the canary ${canary} failed` : "cancelled";
  for (const stack of queue) set({ stack, state: "not started", sentence: why });
  return stacks.flatMap((stack) => rows.get(stack) ?? []);
}

/** The work, and if that succeeds the proof. */
function proven({ work, prove }: Hooks): Work {
  return async (stack, job) => {
    const done = await work(stack, job);
    if (done.state !== "ok") return done;
    if (job.signal.aborted) return { state: "cancelled", sentence: "cancelled" };
    const { state, sentence } = await prove(stack, job);
    return { state, sentence: state === "ok" ? `${done.sentence}; ${sentence}` : sentence };
  };
}

async function workOn(
  stack: string,
  work: Work,
  { signal, logOf }: Hooks,
  set: (row: Row) => void,
): Promise<void> {
  const log = logOf(stack);
  const start = performance.now();
  set({ stack, state: "running", sentence: "", log });
  const outcome = await work(stack, { log, signal }).catch((error) => {
    return { state: "failed", sentence: oneLine(error) } as const;
  });
  const seconds = Math.round((performance.now() - start) / 100) / 10;
  set({ stack, ...outcome, seconds, log });
}
