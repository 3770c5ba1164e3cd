import { HEARTBEAT } from "../shared/progress.ts";
import { span } from "../shared/words.ts";
import type { Result } from "./result.ts";

/** What happens while `verify` waits. */
export type Progress =
  /** A signal has arrived, or its time is up. */
  | { kind: "settled"; result: Result; seconds: number }
  /** Titles of what is still waited for, the longest time left, and what hinders asking. */
  | { kind: "waiting"; titles: readonly string[]; secondsLeft: number; problem?: string }
  /** The checks begin. */
  | { kind: "checking" };

/** Turns progress into lines: each signal as it settles, and every 15 s what is still waited for. */
export function progressLines(write: (line: string) => void): (progress: Progress) => void {
  let next = 0;
  let shown = "";
  return (progress) => {
    if (progress.kind === "checking") return write("checking what arrived");
    if (progress.kind === "settled") {
      const { title, state } = progress.result;
      return write(`${state === "ok" ? "arrived" : state}: ${title} (${span(progress.seconds)})`);
    }
    const { titles, secondsLeft, problem = "" } = progress;
    if (problem && problem !== shown) write(problem);
    shown = problem;
    if (Date.now() < next) return;
    next = Date.now() + HEARTBEAT;
    write(`waiting for ${titles.join(", ")} (${span(secondsLeft)} left)`);
  };
}
