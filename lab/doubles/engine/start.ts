import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { repoDir } from "../../paths.ts";
import { agentSocket } from "../../ssh-agent.ts";

/** Longest wait for a double's port; loading TypeScript on a busy machine takes its time. */
const START_SECONDS = 60;
const STOP_SECONDS = 5;

export interface DoublesOptions {
  /** Directory for what the doubles print, one file each. */
  logDir: string;
  /** Without doubles of `docker` and `command`, where their real plugins are installed. */
  realHostProviders?: boolean;
  /** With a double of `grafana`, a client of the simulated Grafana Cloud that its configuration names. */
  grafana?: boolean;
  /** With a double of `github`, which asks the API at the provider's `baseUrl`. */
  github?: boolean;
}

export interface Doubles {
  /** For the engine's environment. */
  env: { PULUMI_DEBUG_PROVIDERS: string; PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: string };
  /** Ends the doubles, and only them. */
  stop(): Promise<void>;
}

/** Starts one process for each double; they end with `stop`, or when this process does. */
export async function startDoubles(options: DoublesOptions): Promise<Doubles> {
  mkdirSync(options.logDir, { recursive: true });
  const wanted = [
    ...(options.realHostProviders ? [] : ["docker", "command"]),
    ...(options.grafana ? ["grafana"] : []),
    ...(options.github ? ["github"] : []),
  ];
  const running = wanted.map((name) => startDouble(name, join(options.logDir, `${name}.log`)));
  const stop = async () => {
    await Promise.all(running.map(({ child }) => stopDouble(child)));
  };
  try {
    const attached = await Promise.all(running.map(({ served }) => served));
    return {
      env: {
        PULUMI_DEBUG_PROVIDERS: attached.join(","),
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A double's process, and `NAME:PORT` once it serves. */
function startDouble(name: string, logFile: string) {
  const script = join(import.meta.dirname, "..", name, "main.ts");
  // The same Node as this process; an open standard input is the sign to live on.
  const child = spawn(process.execPath, ["--import", "./compile-cache.js", script], {
    cwd: repoDir,
    // The lab's sshd may start later.
    env: { ...process.env, SSH_AUTH_SOCK: agentSocket },
  });
  child.stderr.pipe(createWriteStream(logFile, { flags: "a" }));
  const served = firstLine(child, START_SECONDS).then(
    (port) => `${name}:${port}`,
    ({ message }) => Promise.reject(new Error(`the double of ${name} ${message}; see ${logFile}`)),
  );
  return { child, served };
}

/** What a server prints first: its port. */
export function firstLine(child: ChildProcess, seconds: number): Promise<string> {
  return new Promise((done, fail) => {
    const give = (why: string) => fail(new Error(why));
    const timer = setTimeout(() => give(`did not serve within ${seconds} s`), seconds * 1000);
    child.once("error", (error) => give(`did not start: ${error.message}`));
    child.once("exit", (code) => give(`ended with code ${code} before it served`));
    if (!child.stdout) return;
    createInterface({ input: child.stdout }).once("line", (line) => {
      clearTimeout(timer);
      done(line.trim());
    });
  });
}

/** Closes the double's input, which ends it; a signal to this one process if it does not. */
async function stopDouble(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((done) => child.once("exit", () => done()));
  child.stdin?.end();
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_SECONDS * 1000);
  await ended;
  clearTimeout(timer);
}
