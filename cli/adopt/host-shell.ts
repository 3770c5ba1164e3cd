import type { Connection } from "../../config/schema.ts";
import { scriptOutput } from "../../host-shell/run.ts";
import { routeTo } from "../../host-shell/ssh.ts";

/** Longest time for one script, in ms: images of 1 GB over a line of 1 MB/s. */
const MOST_TIME = 1_800_000;

/** Runs POSIX scripts on a host. */
export interface HostShell {
  /** Answers standard output; throws with the last line of standard error. `data` is what the script reads. */
  run(script: string, data?: string): Promise<string>;
}

/** The host of a stack, by the same route as the program's. A Ctrl-C lets a script end, then what was done is taken back. */
export function hostShell(connection: Connection): HostShell {
  const common = { name: "adopt", timeout: MOST_TIME, outlivesInterrupt: true } as const;
  const route = routeTo(connection);
  return { run: (script, data) => scriptOutput(route, { ...common, script, data }) };
}
