import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { InstallSite } from "../../components/files/install-site.ts";
import { scriptInput, scriptRunner } from "../../host-shell/shell.ts";

const standIns = join(import.meta.dirname, "simulated-host");

/** The agent's container: its state, and whether it runs on the image that is installed for. */
export interface SimulatedAgent {
  state: "running" | "exited" | "created" | "restarting";
  image?: "same" | "other";
}

/** How a script ended. */
export interface ScriptEnd {
  status: number | null;
  stdout: string;
  stderr: string;
}

/**
 * A host in a temporary directory whose `docker`, `wget`, `chown`, `sleep`, routes, accounts and `midclt` are SIMULATED
 * by the scripts in `simulated-host/`. The scripts under test run for real, in /bin/sh.
 */
export class SimulatedHost {
  readonly root = mkdtempSync(join(tmpdir(), "simulated-host-"));
  readonly site: InstallSite = {
    directory: join(this.root, "service"),
    initImage: "init-image",
    alloyImage: "alloy-image",
    uid: 3125,
    gid: 3125,
    alloyMemory: 512,
  };

  /** Environment in which the stand-ins are found, and find this host. */
  readonly env = {
    PATH: [standIns, dirname(process.execPath), "/usr/bin", "/bin"].join(":"),
    SIMULATED_HOST: this.root,
  };

  constructor(agent?: SimulatedAgent) {
    if (agent) this.setAgent(agent);
  }

  setAgent({ state, image = "same" }: SimulatedAgent): void {
    const id = image === "same" ? "sha256:alloy-image" : "sha256:other-image";
    this.write("agent", `${state} ${id}\n`);
  }

  /** A version that is installed and, if an agent runs, loaded. */
  givenVersion(version: string, files: Record<string, string>): void {
    this.writeVersion(version, files);
    const link = join(this.site.directory, "config", "current");
    rmSync(link, { force: true });
    symlinkSync(`versions/${version}`, link);
    this.write("loaded", `versions/${version}\n`);
  }

  writeVersion(version: string, files: Record<string, string>): void {
    const directory = join(this.site.directory, "config", "versions", version);
    mkdirSync(directory, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  }

  /** A file more in the version that is installed. */
  writeInstalled(name: string, text: string): void {
    writeFileSync(join(this.site.directory, "config", "current", name), text);
  }

  /** Runs a script as the command provider does. */
  run(script: string, data?: string): ScriptEnd {
    const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", scriptRunner("test")], {
      input: scriptInput(script, data),
      encoding: "utf8",
      env: this.env,
    });
    return { status, stdout, stderr };
  }

  /** Arguments of every call of docker, in order. */
  calls(): string[][] {
    return this.read("calls")
      .split("\x1e")
      .filter((call) => call !== "")
      .map((call) => call.split("\x1f").slice(0, -1));
  }

  /** The version that `current` points to. */
  current(): string | undefined {
    return this.link("current");
  }

  /** The version that the agent had loaded last in full. */
  proven(): string | undefined {
    return this.link("proven");
  }

  private link(name: string): string | undefined {
    const link = join(this.site.directory, "config", name);
    return existsSync(link) ? readlinkSync(link) : undefined;
  }

  /** Contents of a directory of the service by file name. */
  files(directory: string): Record<string, string> {
    const path = join(this.site.directory, directory);
    return Object.fromEntries(
      readdirSync(path)
        .sort()
        .map((name) => [name, readFileSync(join(path, name), "utf8")]),
    );
  }

  /** Names in a directory of the service. */
  names(directory: string): string[] {
    return readdirSync(join(this.site.directory, directory)).sort();
  }

  /** A file beside the service, by which host and test talk; empty if there is none. */
  read(name: string): string {
    const path = join(this.root, name);
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.root, name), text);
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
