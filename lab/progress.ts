import { withHeartbeat } from "../cli/shared/progress.ts";

const started = Date.now();

/** "m:ss" since the program started. */
export function elapsed(since: number = started): string {
  const seconds = Math.round((Date.now() - since) / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** One line of progress, stamped with the time since the program started. */
export function say(text: string): void {
  process.stderr.write(`[${elapsed()}] ${text}\n`);
}

/** Runs `work`, printing its label, a heartbeat while it lasts, and how long it took. */
export async function step<T>(label: string, work: () => Promise<T>): Promise<T> {
  say(label);
  const begin = Date.now();
  const result = await withHeartbeat((time) => say(`  … ${label}, ${time} so far`), work);
  if (Date.now() - begin > 2000) say(`  done: ${label} (${elapsed(begin)})`);
  return result;
}
