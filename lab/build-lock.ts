import { randomUUID } from "node:crypto";
import { link, readFile, rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { commandLine } from "./processes.ts";

/** One build of a program at a time. A lock whose process is gone is taken over. */
export async function locked(lock: string, work: () => Promise<void>): Promise<void> {
  const mine = `${lock}.${randomUUID()}`;
  await writeFile(mine, String(process.pid));
  try {
    while (!(await take(mine, lock))) await sleep(1000);
    await work().finally(() => rm(lock));
  } finally {
    await rm(mine);
  }
}

/** A link appears at once with its content, so no one ever reads a lock without a pid. */
async function take(mine: string, lock: string): Promise<boolean> {
  try {
    await link(mine, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  // Empty when it was released since.
  const holder = Number(await readFile(lock, "utf8").catch(() => ""));
  if (holder && (await commandLine(holder)) === undefined) await rm(lock, { force: true });
  return false;
}
