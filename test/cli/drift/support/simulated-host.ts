import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Declared } from "../../../../cli/drift/declared.ts";
import { scriptInput, scriptRunner } from "../../../../host-shell/shell.ts";

/** A container as `docker inspect` prints it in the format of the script. */
export interface SimulatedContainer {
  id: string;
  running: boolean;
  env: string[] | null;
  labels: Record<string, string> | null;
  pidLimit: number | null;
}

/** A host in a temporary directory that is exactly as a stack deployed it; `docker` and `stat` are SIMULATED. */
export class SimulatedHost {
  readonly root = mkdtempSync(join(tmpdir(), "drift-host-"));
  /** The stack's own declaration, with the directories of this one. */
  readonly declared: Declared;

  constructor(
    declared: Declared,
    files: { config: Record<string, string>; secrets: Record<string, string> },
  ) {
    const { config, secrets } = declared;
    this.declared = {
      ...declared,
      config: { ...config, directory: this.path("config") },
      secrets: { ...secrets, directory: this.path("secrets") },
    };
    for (const name of ["containers", "images", "secrets", `config/versions/${config.version}`]) {
      mkdirSync(this.path(name), { recursive: true });
    }
    for (const { id, name, runs, env, labels, pids } of declared.containers) {
      const envs = Object.entries(env).map(([key, value]) => `${key}=${value}`);
      const pidLimit = pids?.limit ?? null;
      this.container(name, { id, running: runs, env: ["PATH=/bin", ...envs], labels, pidLimit });
      this.write(`images/image-of-${name}`, JSON.stringify({ env: ["PATH=/bin"], labels: null }));
    }
    this.write("owner", secrets.owner);
    symlinkSync(`versions/${config.version}`, this.path("config/current"));
    for (const [name, text] of Object.entries(files.config)) this.configFile(name, text);
    for (const [name, text] of Object.entries(files.secrets)) this.secret(name, text);
  }

  container(name: string, container: SimulatedContainer): void {
    this.write(`containers/${name}`, JSON.stringify({ name: `/${name}`, ...container }));
  }

  /** Changes a container as `docker` would show it. */
  change(name: string, change: Partial<SimulatedContainer>): void {
    const found = JSON.parse(readFileSync(this.path(`containers/${name}`), "utf8"));
    this.container(name, { ...found, ...change });
  }

  configFile(name: string, text: string): void {
    this.write(`config/versions/${this.declared.config.version}/${name}`, text);
  }

  secret(name: string, text: string, mode = 0o400): void {
    rmSync(this.path(`secrets/${name}`), { force: true });
    writeFileSync(this.path(`secrets/${name}`), text, { mode });
  }

  path(name: string): string {
    return join(this.root, name);
  }

  write(name: string, text: string): void {
    writeFileSync(this.path(name), text);
  }

  /** Which containers looked at what. */
  looked(): string[] {
    return readFileSync(this.path("looked"), "utf8").trim().split("\n");
  }

  /** Runs a script as it is run on a host. */
  run(script: string): { status: number | null; stdout: string; stderr: string } {
    const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", scriptRunner("drift")], {
      input: scriptInput(script),
      encoding: "utf8",
      env: {
        PATH: `${join(import.meta.dirname, "simulated")}:/usr/bin:/bin`,
        SIMULATED_HOST: this.root,
      },
    });
    return { status, stdout, stderr };
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
