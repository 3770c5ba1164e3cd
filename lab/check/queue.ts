/**
 * Hands jobs to workers, each to the first one that is free. A worker that starts late takes from what
 * is left.
 */
export async function shareOut<Job, Result>(
  jobs: readonly Job[],
  workers: Promise<(job: Job) => Promise<Result>>[],
): Promise<Result[]> {
  const waiting = [...jobs];
  const results: Result[] = [];
  await Promise.all(
    workers.map(async (coming) => {
      const work = await coming;
      for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
        results.push(await work(job));
      }
    }),
  );
  return results;
}

/** Names in the order of a list; those that it lacks come first, as nobody knows how long they take. */
export function inOrder(names: readonly string[], order: readonly string[]): string[] {
  return [...names].sort((a, b) => order.indexOf(a) - order.indexOf(b));
}

/** The results of all, or the first failure when all have ended: none is still at work when what another one left is removed. */
export async function allOf<Result>(works: Promise<Result>[]): Promise<Result[]> {
  const ended = await Promise.allSettled(works);
  return ended.map((one) => {
    if (one.status === "rejected") throw one.reason;
    return one.value;
  });
}
