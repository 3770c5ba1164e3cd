import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { repoDir } from "../paths.ts";
import { agentSocket } from "../ssh-agent.ts";

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

interface Running {
  name: string;
  port: string;
  process: ChildProcess;
}

const hostDoubles: [name: string, args: string[]][] = [
  ["docker", []],
  ["command", []],
];

/** Starts one process for each double; they end with `stop`, or when this process does. */
export async function startDoubles(options: DoublesOptions): Promise<Doubles> {
  mkdirSync(options.logDir, { recursive: true });
  const wanted: [name: string, args: string[]][] = [
    ...(options.realHostProviders ? [] : hostDoubles),
    ...(options.grafana ? [["grafana", []] satisfies [string, string[]]] : []),
    ...(options.github ? [["github", []] satisfies [string, string[]]] : []),
  ];
  const started = await Promise.allSettled(
    wanted.map(([name, args]) => startDouble(name, args, options.logDir)),
  );
  const running = started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const stop = async () => {
    await Promise.all(running.map((double) => stopDouble(double.process)));
  };
  const failed = started.find((one) => one.status === "rejected");
  if (failed) {
    await stop();
    throw failed.reason;
  }
  return {
    env: {
      PULUMI_DEBUG_PROVIDERS: running.map(({ name, port }) => `${name}:${port}`).join(","),
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    },
    stop,
  };
}

async function startDouble(name: string, args: string[], logDir: string): Promise<Running> {
  const script = join(import.meta.dirname, `${name}.ts`);
  // The same Node as this process; an open standard input is the sign to live on.
  const child = spawn(process.execPath, ["--import", "./compile-cache.js", script, ...args], {
    cwd: repoDir,
    stdio: ["pipe", "pipe", "pipe"],
    // The lab's sshd may start later.
    env: { ...process.env, SSH_AUTH_SOCK: agentSocket },
  });
  const log = createWriteStream(join(logDir, `${name}.log`), { flags: "a" });
  child.stderr.pipe(log);
  try {
    return { name, port: await firstLine(child, name, logDir), process: child };
  } catch (error) {
    await stopDouble(child);
    throw error;
  }
}

/** The port that the double prints when it serves. */
function firstLine(child: ChildProcess, name: string, logDir: string): Promise<string> {
  return new Promise((done, fail) => {
    const give = (why: string) =>
      fail(new Error(`the double of ${name} ${why}; see ${join(logDir, `${name}.log`)}`));
    const timer = setTimeout(
      () => give(`did not serve within ${START_SECONDS} s`),
      START_SECONDS * 1000,
    );
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
