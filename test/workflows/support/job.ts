import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repoDir } from "../../../lab/paths.ts";

export interface JobEnd {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** A step of a workflow in a directory of its own, with SIMULATED `pulumi`, `npm` and the like. */
export class Job {
  readonly root = mkdtempSync(join(tmpdir(), "job-"));

  /** A program that notes how it was called, and then does this. */
  program(name: string, script = ""): void {
    const note = `echo "${name} $*" >> "${join(this.root, "calls")}"`;
    writeFileSync(join(this.root, name), `#!/bin/sh\n${note}\n${script}\n`);
    chmodSync(join(this.root, name), 0o755);
  }

  run(script: string, args: string[] = [], env: Record<string, string> = {}): JobEnd {
    const file = join(repoDir, ".github", "scripts", script);
    const { status, stdout, stderr } = spawnSync(file, args, {
      cwd: this.root,
      encoding: "utf8",
      env: { PATH: `${this.root}:/usr/bin:/bin`, GITHUB_OUTPUT: join(this.root, "output"), ...env },
    });
    return { status, stdout, stderr };
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.root, name), text);
  }

  read(name: string): string {
    const file = join(this.root, name);
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }

  calls(): string[] {
    return this.read("calls").split("\n").filter(Boolean);
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
