import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Declared } from "../../../../cli/drift/declared.ts";
import { scriptInput, scriptRunner } from "../../../../host-shell/shell.ts";

/** What a test changes of a container; the rest is as it was deployed. */
interface Change {
  id?: string;
  running?: boolean;
  env?: string[] | null;
  labels?: Record<string, string> | null;
  pidLimit?: number | null;
  memory?: number;
  restart?: string;
  networks?: string[];
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
    const directories = ["containers", "images", "secrets", "config/textfile"];
    for (const name of [...directories, `config/versions/${config.version}`]) {
      mkdirSync(this.path(name), { recursive: true });
    }
    for (const { name } of declared.containers) {
      this.container(name);
      this.image(name, ["PATH=/bin"], null);
    }
    this.write("owner", secrets.owner);
    symlinkSync(`versions/${config.version}`, this.path("config/current"));
    for (const [name, text] of Object.entries(files.config)) this.configFile(name, text);
    for (const [name, text] of Object.entries(files.secrets)) this.secret(name, text);
  }

  /** A container as it was deployed, but for what is changed. */
  container(name: string, change: Change = {}): void {
    const wanted = this.declared.containers.find((one) => one.name === name);
    if (!wanted) throw new Error(`no container ${name}`);
    const { id, runs, pids, memory, restart, networks } = wanted;
    const env = Object.entries(wanted.env).map(([key, value]) => `${key}=${value}`);
    const deployed = { id, running: runs, labels: wanted.labels, pidLimit: pids?.limit ?? null };
    const found = { ...deployed, memory, restart, networks, env: ["PATH=/bin", ...env], ...change };
    const shown = {
      Id: found.id,
      Name: `/${name}`,
      State: { Running: found.running },
      Config: { Env: found.env, Labels: found.labels },
      HostConfig: {
        PidsLimit: found.pidLimit,
        Memory: found.memory * 1024 ** 2,
        RestartPolicy: { Name: found.restart },
      },
      NetworkSettings: { Networks: Object.fromEntries(found.networks.map((one) => [one, {}])) },
    };
    this.write(`containers/${name}`, JSON.stringify(shown));
  }

  /** The image of a container. */
  image(name: string, Env: string[] | null, Labels: Record<string, string> | null): void {
    this.write(`images/image-of-${name}`, JSON.stringify({ Config: { Env, Labels } }));
  }

  configFile(name: string, text: string): void {
    this.write(`config/versions/${this.declared.config.version}/${name}`, text);
  }

  secret(name: string, text: string, mode = 0o400): void {
    const path = this.path(`${name.endsWith(".prom") ? "config/textfile" : "secrets"}/${name}`);
    rmSync(path, { force: true });
    writeFileSync(path, text, { mode });
  }

  path(name: string): string {
    return join(this.root, name);
  }

  remove(name: string): void {
    rmSync(this.path(name), { recursive: true });
  }

  write(name: string, text: string): void {
    writeFileSync(this.path(name), text);
  }

  /** Which containers looked at what. */
  looked(): string[] {
    return readFileSync(this.path("looked"), "utf8").trim().split("\n");
  }

  /** Runs a script as it is run on a host; answers what it printed, or throws what it complained of. */
  async run(script: string): Promise<string> {
    return this.shell(scriptRunner("drift"), { input: scriptInput(script) });
  }

  /** Logs in with a key whose line in `authorized_keys` has a command: asks for another one. */
  async logIn(line: string, SSH_ORIGINAL_COMMAND: string): Promise<string> {
    const [, command = ""] = /^restrict,command="([^"]+)" /.exec(line) ?? [];
    return this.shell(command, { env: { SSH_ORIGINAL_COMMAND } });
  }

  private shell(
    command: string,
    { input = "", env = {} }: { input?: string; env?: Record<string, string> },
  ): string {
    const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", command], {
      input,
      encoding: "utf8",
      env: {
        ...env,
        PATH: `${join(import.meta.dirname, "simulated")}:/usr/bin:/bin`,
        SIMULATED_HOST: this.root,
      },
    });
    if (status !== 0 || stderr) throw new Error(`${status}: ${stderr}`);
    return stdout;
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
