import { setTimeout as sleep } from "node:timers/promises";

/** How the plugin waits, in s: between two tries at first and at most, for all of them, for a last one under way. */
const WAIT = { first: 0.5, longest: 10 };
const BUDGET = 120;
const GRACE = 30;

export interface Retries {
  /** Whether it may be another time. */
  mayPass(error: Error): boolean;
  /** What the plugin takes for a second, in ms. */
  second: number;
}

/** Tries for two minutes, in silence, and fails as the last try did: `retry.RetryContext` of Terraform's plugin SDK. */
export async function retried<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { mayPass, second }: Retries,
): Promise<T> {
  const began = performance.now();
  const left = () => BUDGET * second - (performance.now() - began);
  const given = AbortSignal.timeout(Math.round((BUDGET + GRACE) * second));
  let last: Error | undefined;
  for (let wait = WAIT.first; ; wait = Math.min(wait * 2, WAIT.longest)) {
    try {
      return await work(given);
    } catch (error) {
      if (given.aborted) throw last ?? new Error(NO_END);
      last = error as Error;
      if (!mayPass(last)) throw last;
    }
    if (left() > 0) await sleep(Math.min(wait * second, left()));
    if (left() <= 0) throw last;
  }
}

const NO_END = "timeout while waiting for state to become 'success' (timeout: 2m0s)";
