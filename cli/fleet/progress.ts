import { span } from "../verify/words.ts";
import type { Row } from "./outcome.ts";

/** Pause between two lines that say what is still under way, in s. */
export const HEARTBEAT = 30;

/** Says one line for each host that has ended, and on a heartbeat what is under way. */
export class Progress {
  readonly #total: number;
  readonly #say: (line: string) => void;
  readonly #running = new Set<string>();
  #ended = 0;

  constructor(total: number, say: (line: string) => void) {
    this.#total = total;
    this.#say = say;
  }

  changed({ stack, state, sentence, seconds }: Row): void {
    if (state === "running") {
      this.#running.add(stack);
      return;
    }
    this.#running.delete(stack);
    this.#ended += 1;
    const took = seconds === undefined ? "" : ` (${span(seconds)})`;
    this.#say(`[${this.#ended}/${this.#total}] ${stack} ${state}${took}: ${sentence}`);
  }

  heartbeat(): void {
    if (this.#running.size > 0) this.#say(`under way: ${[...this.#running].join(", ")}`);
  }
}
