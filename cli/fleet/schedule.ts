import { cancelled, type Job, type Outcome, oneLine, type Row, type Work } from "./outcome.ts";

/** What is to be done, in which order. */
export interface Plan {
  stacks: readonly string[];
  /** How many hosts are worked on at a time. */
  parallel: number;
  /** The host that is worked on and proven first, alone. When that fails, no other is started. */
  canary?: string;
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
  const rows = new Map<string, Row>();
  const set = (row: Row) => {
    rows.set(row.stack, row);
    hooks.changed(row);
  };
  const first = plan.canary === undefined ? [] : [plan.canary];
  const queue = plan.stacks.filter((stack) => !first.includes(stack));
  for (const stack of first) await workOn(stack, [hooks.work, hooks.prove], hooks, set);
  const stopped = first.find((stack) => rows.get(stack)?.state !== "ok");
  const lane = async () => {
    while (!hooks.signal.aborted && stopped === undefined) {
      const stack = queue.shift();
      if (stack === undefined) return;
      await workOn(stack, [hooks.work], hooks, set);
    }
  };
  await Promise.all(Array.from({ length: plan.parallel }, lane));
  const why =
    stopped !== undefined && !hooks.signal.aborted ? `the canary ${stopped} failed` : "cancelled";
  for (const stack of queue) set({ stack, state: "not started", sentence: why });
  return plan.stacks.flatMap((stack) => rows.get(stack) ?? []);
}

/** One host: its steps one after the other until one does not succeed. */
async function workOn(
  stack: string,
  steps: readonly Work[],
  { signal, logOf }: Hooks,
  set: (row: Row) => void,
): Promise<void> {
  const log = logOf(stack);
  const begin = performance.now();
  set({ stack, state: "running", sentence: "", log });
  const done: Outcome[] = [];
  for (const step of steps) {
    const outcome = await attempt(step, stack, { log, signal });
    done.push(outcome);
    if (outcome.state !== "ok") break;
  }
  const last = done.at(-1);
  const sentences = last?.state === "ok" ? done : done.slice(-1);
  set({
    stack,
    state: last?.state ?? "failed",
    sentence: sentences.map(({ sentence }) => sentence).join("; "),
    seconds: (performance.now() - begin) / 1000,
    log,
  });
}

async function attempt(step: Work, stack: string, job: Job): Promise<Outcome> {
  if (job.signal.aborted) return cancelled;
  try {
    return await step(stack, job);
  } catch (error) {
    return { state: "failed", sentence: oneLine(error) };
  }
}
