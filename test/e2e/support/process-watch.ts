import { readdir, readFile } from "node:fs/promises";

/** Watches the command lines and environments of all processes of this machine while an update runs. */
export class ProcessWatch {
  readonly seen = new Set<string>();
  private running = true;
  private readonly done: Promise<void>;

  constructor() {
    this.done = this.watch();
  }

  /** Ends the watch; returns everything that was seen, one command line or environment a line. */
  async stop(): Promise<string> {
    this.running = false;
    await this.done;
    return [...this.seen].join("\n");
  }

  private async watch(): Promise<void> {
    while (this.running) {
      const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
      await Promise.all(pids.map((pid) => this.look(pid)));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** What `ps` shows to every user; the environment of a process only its owner sees. */
  private async look(pid: string): Promise<void> {
    try {
      this.seen.add((await readFile(`/proc/${pid}/cmdline`, "utf8")).replaceAll("\0", " ").trim());
    } catch (error) {
      // A process that ended between listing and reading.
      if (!["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    }
  }
}
