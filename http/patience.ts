import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, mayPass, retryAfter } from "./ask.ts";

/** How long to ask again, and when. */
export interface Patience<A extends Answer> {
  /** For all tries together, in s. */
  seconds: number;
  /** Whether the next answer may be another one: `mayPass` by default. */
  again?(answer: A): boolean;
  /** Pause in s where the server asks for none; default: 1, 2, 4, then 8. */
  pause?: number;
  /** Shows the operator what is waited for, and for how many s. */
  say?(answer: A, seconds: number): void;
}

/** What asking needs of this machine; a test gives its own. */
export interface Surroundings {
  fetch: typeof fetch;
  wait(milliseconds: number): Promise<unknown>;
  /** Milliseconds since any fixed moment. */
  now(): number;
}

export const thisMachine: Surroundings = {
  fetch: (...request) => fetch(...request),
  wait: (milliseconds) => sleep(milliseconds),
  now: () => performance.now(),
};

/** Asks until there is an answer that will not change by itself, or the time is up. */
export async function askPatiently<A extends Answer>(
  once: () => Promise<A>,
  { seconds, again = mayPass, pause, say }: Patience<A>,
  { wait, now }: Pick<Surroundings, "wait" | "now"> = thisMachine,
): Promise<A> {
  const end = now() + seconds * 1000;
  for (let tries = 1; ; tries += 1) {
    const answer = await once();
    const asked = retryAfter(answer);
    // A server that asks for no pause at all would be asked without end.
    const next =
      asked === undefined ? (pause ?? Math.min(2 ** (tries - 1), 8)) : Math.max(asked, 1);
    if (!again(answer) || now() + next * 1000 > end) return answer;
    say?.(answer, Math.ceil(next));
    await wait(next * 1000);
  }
}
