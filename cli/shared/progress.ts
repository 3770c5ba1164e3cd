import { span } from "./words.ts";

/** Pause between two lines that say what is still waited for, in ms. */
export const HEARTBEAT = 15_000;

/** Says what is done, and every 15 s for how long it has been under way. */
export async function announced<T>(
  say: (line: string) => void,
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  say(what);
  return withHeartbeat((time) => say(`${what} (${time} so far)`), work);
}

/** Gives a sign of life every 15 s while work is done. */
export async function withHeartbeat<T>(
  beat: (time: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  const begin = Date.now();
  const timer = setInterval(() => beat(span((Date.now() - begin) / 1000)), HEARTBEAT);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
