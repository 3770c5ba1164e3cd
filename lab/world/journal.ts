import { randomUUID } from "node:crypto";
import { existsSync, lstatSync, readdirSync } from "node:fs";
import { mkdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
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
  const directories = DIRECTORIES.filter((at) => hasJournal(join(at, id)));
  const first = directories.at(-1);
  if (!first)
    throw new Error(`journald runs, but ${DIRECTORIES.join(" and ")} hold no journal of ${id}.`);
  const { gid } = await stat(join(first, id, "system.journal"));
  return { directories, gid };
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
  if (!(await until(async () => hasJournal(runtime), 10))) {
    const alive = await pidFrom(pidFile, JOURNALD);
    throw new Error(`journald ${alive ? "writes no journal" : "ended"}: ${await logTail(logFile)}`);
  }
}

/** systemd's tmpfiles would make it: what journald writes here belongs to the group that may read it. */
async function makeJournalDirectory(path: string): Promise<void> {
  await execa("install", ["--directory", "--mode=2755", "--group=systemd-journal", path]);
}

/** Makes a path unless it is there, and notes what of it is the lab's to remove. */
async function makeMissing(path: string, make: (path: string) => Promise<unknown>): Promise<void> {
  if (isThere(path)) return;
  await writeFile(madeFile, `${topmostMissing(path)}\n`, { flag: "a" });
  await make(path);
}

/** The highest directory on the way to `path` that isn't there: with it, all goes that the lab makes. */
function topmostMissing(path: string): string {
  return isThere(dirname(path)) ? path : topmostMissing(dirname(path));
}

/** A link counts, even one that leads nowhere. */
const isThere = (path: string) => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/** Images of machines have none or an empty one; it stays, as other programs may have read it meanwhile. */
async function ensureMachineId(): Promise<void> {
  if (existsSync(MACHINE_ID) && (await machineId())) return;
  await writeFile(MACHINE_ID, `${randomUUID().replaceAll("-", "")}\n`);
}

async function machineId(): Promise<string> {
  return (await readFile(MACHINE_ID, "utf8")).trim();
}

const hasJournal = (path: string) =>
  existsSync(path) && readdirSync(path).some((name) => name.endsWith(".journal"));
