import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Directories with server programs, which an ordinary user's PATH lacks on Debian. */
const SERVER_DIRS = ["/usr/sbin", "/sbin"];

/** PATH with the directories of server programs. */
export function serverPath(): string {
  return [process.env.PATH ?? "/usr/bin:/bin", ...SERVER_DIRS].join(":");
}

/** The full path of a command (a name, or a path for those outside PATH), or undefined without it. */
export function findCommand(name: string): string | undefined {
  if (name.startsWith("/")) return existsSync(name) ? name : undefined;
  const candidates = serverPath()
    .split(":")
    .map((dir) => `${dir}/${name}`);
  return candidates.find((path) => existsSync(path));
}

/** Starts a program that outlives this one, its output appended to `logFile`; returns its pid. */
export async function startDetached(
  command: string,
  args: string[],
  options: { logFile: string; pidFile: string },
): Promise<number> {
  const log = openSync(options.logFile, "a", 0o600);
  const child = spawn(command, args, {
    detached: true,
    stdio: ["ignore", log, log],
    env: { ...process.env, PATH: serverPath() },
  });
  closeSync(log);
  await new Promise((done, failed) => child.once("spawn", done).once("error", failed));
  child.unref();
  await writeFile(options.pidFile, `${child.pid}\n`);
  return child.pid as number;
}

/**
 * A process's command line, or undefined when it is gone or a zombie. Empty for a process that is just
 * loading its program: dockerd, started through `unshare` and `sh`, does so three times.
 */
export async function commandLine(pid: number): Promise<string | undefined> {
  try {
    const text = (await readFile(`/proc/${pid}/cmdline`, "utf8")).replaceAll("\0", " ").trim();
    if (text) return text;
    const state = /\) (\w)/.exec(await readFile(`/proc/${pid}/stat`, "utf8"))?.[1];
    return state === "Z" || state === "X" ? undefined : "";
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ESRCH") return undefined;
    throw error;
  }
}

/** All processes of programs named `program…`, of those that have `argument` on their command line. */
export async function processesOf(program: string, argument?: string): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const lines = await Promise.all(pids.map(commandLine));
  return pids.filter((_, i) => {
    const [path = "", ...rest] = lines[i]?.split(" ") ?? [];
    return basename(path).startsWith(program) && (!argument || rest.includes(argument));
  });
}

/** The pid in `pidFile` if that process still is what we started: numbers are used again. */
export async function pidFrom(pidFile: string, mustContain: string): Promise<number | undefined> {
  if (!existsSync(pidFile)) return undefined;
  const pid = Number.parseInt(await readFile(pidFile, "utf8"), 10);
  return (await commandLine(pid))?.includes(mustContain) ? pid : undefined;
}

/** Asks a process to end, waits, and kills it when it doesn't within `graceSeconds`. */
export async function endProcess(pid: number, graceSeconds: number): Promise<void> {
  const line = await commandLine(pid);
  if (line === undefined) return;
  const gone = async () => (await commandLine(pid)) !== line;
  process.kill(pid, "SIGTERM");
  if (await until(gone, graceSeconds)) return;
  process.kill(pid, "SIGKILL");
  if (!(await until(gone, 5))) throw new Error(`Process ${pid} (${line}) does not stop: kill it.`);
}

/** Ends the process of `pidFile` if it runs, and removes the file. */
export async function endFromPidFile(pidFile: string, mustContain: string, graceSeconds = 10) {
  const pid = await pidFrom(pidFile, mustContain);
  if (pid) await endProcess(pid, graceSeconds);
  await rm(pidFile, { force: true });
}

/** Asks every 100 ms until `condition` holds; false when `seconds` have passed. */
export async function until(condition: () => Promise<boolean>, seconds: number): Promise<boolean> {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    if (await condition()) return true;
    await sleep(100);
  }
  return condition();
}

/** The last lines of a log file, for an error message. */
export async function logTail(file: string, lines = 15): Promise<string> {
  if (!existsSync(file)) return "(no log)";
  return (await readFile(file, "utf8")).trimEnd().split("\n").slice(-lines).join("\n");
}
