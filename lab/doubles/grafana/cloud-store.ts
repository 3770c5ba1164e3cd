import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

/**
 * What a simulated service keeps: a seed that tests write, and what was made since. With a state file
 * it outlives the process, so that several engine runs see the same service.
 */
export class SimulatedStore<Seed, State extends object> {
  readonly seed: Seed;
  readonly state: State;
  readonly #file: string | undefined;

  constructor(seed: Seed, empty: State, file?: string) {
    this.seed = seed;
    this.#file = file;
    this.state = file && existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : empty;
  }

  /** Writes beside the file and renames, so that no reader ever sees half of it. */
  save(): void {
    if (!this.#file) return;
    writeFileSync(`${this.#file}.new`, `${JSON.stringify(this.state, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
  }
}

/** The store of a double that was started as `double.ts SEED [STATE]`. */
export function storeFromArguments<Seed, State extends object>(
  args: string[],
  empty: State,
): SimulatedStore<Seed, State> {
  const [seedFile, stateFile] = args;
  if (!seedFile) throw new Error("usage: <double>.ts SEED.json [STATE.json]");
  return new SimulatedStore(JSON.parse(readFileSync(seedFile, "utf8")) as Seed, empty, stateFile);
}
