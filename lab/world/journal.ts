import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import {
  chmod,
  chown,
  lstat,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { hostProgram } from "../host-programs.ts";
import { labDir } from "../paths.ts";
import {
  endFromPidFile,
  logTail,
  pidFrom,
  processesOf,
  startDetached,
  until,
} from "../processes.ts";

export interface Journal {
  /** Directories with this machine's journal, in the order that the service mounts them. */
  directories: string[];
  /** The group that may read it. */
  gid: number;
}

const DIRECTORIES = ["/var/log/journal", "/run/log/journal"];
const JOURNALD = "/lib/systemd/systemd-journald";
const MACHINE_ID = "/etc/machine-id";

const dir = join(labDir, "journald");
const pidFile = join(dir, "journald.pid");
const logFile = join(dir, "journald.log");
/** What was made outside `.lab`, one path a line, to be removed at the end. */
const madeFile = join(dir, "made");

/** This machine's journal; where systemd doesn't run, journald is started by hand. */
export async function startJournal(): Promise<Journal> {
  if ((await processesOf("systemd-journald")).length === 0) await startJournald();
  const id = await machineId();
  const directories = (await Promise.all(DIRECTORIES.map((at) => hasJournal(join(at, id)))))
    .flatMap((has, i) => (has ? DIRECTORIES[i] : []))
    .filter((at) => at !== undefined);
  const first = directories.at(-1);
  if (!first)
    throw new Error(`journald runs, but ${DIRECTORIES.join(" and ")} hold no journal of ${id}.`);
  return { directories, gid: await journalGroup(join(first, id)) };
}

/** Ends journald if the lab started it, and removes its journal. */
export async function stopJournal(): Promise<void> {
  await endFromPidFile(pidFile, JOURNALD);
  if (existsSync(madeFile)) {
    const made = (await readFile(madeFile, "utf8")).split("\n").filter(Boolean);
    for (const path of made) await rm(path, { recursive: true, force: true });
  }
  await rm(dir, { recursive: true, force: true });
}

async function startJournald(): Promise<void> {
  await hostProgram(JOURNALD);
  if (process.getuid?.() !== 0) {
    throw new Error(
      "No journald runs on this machine, and only root can start one: run the lab as root.",
    );
  }
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await ensureMachineId();
  const runtime = join("/run/log/journal", await machineId());
  await makeMissing("/run/systemd/journal", (path) => mkdir(path, { recursive: true }));
  await makeMissing(runtime, makeJournalDirectory);
  await startDetached(JOURNALD, [], { logFile, pidFile });
  await makeMissing("/dev/log", (path) => symlink("/run/systemd/journal/dev-log", path));
  if (!(await until(() => hasJournal(runtime), 10))) {
    const alive = await pidFrom(pidFile, JOURNALD);
    throw new Error(`journald ${alive ? "writes no journal" : "ended"}: ${await logTail(logFile)}`);
  }
}

/** systemd's tmpfiles would make it: what journald writes here belongs to the group that may read it. */
async function makeJournalDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  await chown(path, 0, await groupId("systemd-journal"));
  await chmod(path, 0o2755);
}

/** Makes a path unless it is there, and notes what of it is the lab's to remove. */
async function makeMissing(path: string, make: (path: string) => Promise<unknown>): Promise<void> {
  if (await isThere(path)) return;
  await writeFile(madeFile, `${await topmostMissing(path)}\n`, { flag: "a" });
  await make(path);
}

/** The highest directory on the way to `path` that isn't there: with it, all goes that the lab makes. */
async function topmostMissing(path: string): Promise<string> {
  return (await isThere(dirname(path))) ? path : topmostMissing(dirname(path));
}

/** A link counts, even one that leads nowhere. */
async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false;
      throw error;
    },
  );
}

/** Images of machines have none or an empty one; it stays, as other programs may have read it meanwhile. */
async function ensureMachineId(): Promise<void> {
  if (existsSync(MACHINE_ID) && (await machineId())) return;
  await writeFile(MACHINE_ID, `${randomUUID().replaceAll("-", "")}\n`);
}

async function machineId(): Promise<string> {
  return (await readFile(MACHINE_ID, "utf8")).trim();
}

async function hasJournal(path: string): Promise<boolean> {
  if (!existsSync(path)) return false;
  return (await readdir(path)).some((name) => name.endsWith(".journal"));
}

async function journalGroup(path: string): Promise<number> {
  const { gid } = await stat(join(path, "system.journal"));
  return gid;
}

async function groupId(name: string): Promise<number> {
  const line = (await readFile("/etc/group", "utf8"))
    .split("\n")
    .find((l) => l.startsWith(`${name}:`));
  const gid = line?.split(":")[2];
  if (!gid)
    throw new Error(
      `This machine has no group ${name}: install systemd (apt-get install systemd).`,
    );
  return Number(gid);
}
