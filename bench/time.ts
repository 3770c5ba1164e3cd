import { setTimeout as sleep } from "node:timers/promises";

/** Seconds since this was called. */
export function stopwatch(): () => number {
  const begin = performance.now();
  return () => (performance.now() - begin) / 1000;
}

/** How long something takes, in s. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const since = stopwatch();
  await work();
  return since();
}

/** Asks until the answer is yes, and returns how long that took, in s; throws after `limit` s. */
export async function until(
  what: string,
  limit: number,
  ask: () => Promise<boolean>,
): Promise<number> {
  const since = stopwatch();
  while (!(await ask())) {
    if (since() > limit) throw new Error(`${what}: not within ${limit} s`);
    await sleep(200);
  }
  return since();
}
