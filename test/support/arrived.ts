import { setTimeout as sleep } from "node:timers/promises";

/** Asks once a second until the answer is not empty; throws when `seconds` are over. */
export async function arrived<T>(
  what: string,
  seconds: number,
  query: () => Promise<T[]>,
): Promise<T[]> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await query();
    if (found.length > 0) return found;
    if (Date.now() > end) throw new Error(`${what} did not arrive within ${seconds} s`);
    await sleep(1000);
  }
}
