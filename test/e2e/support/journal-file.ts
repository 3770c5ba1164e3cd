import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { hostProgram } from "../../../lab/host-programs.ts";
import type { TestLab } from "./lab.ts";

export interface JournalEntry {
  hoursAgo: number;
  message: string;
  /** Journal fields, such as `_TRANSPORT` and `SYSLOG_IDENTIFIER`. */
  fields: Record<string, string>;
}

const REMOTE = "/lib/systemd/systemd-journal-remote";
const BOOT = "0123456789abcdef0123456789abcdef";

/** A journal file beside this machine's own, with entries of any age; answers what removes it. */
export async function journalFile(
  lab: TestLab,
  entries: JournalEntry[],
): Promise<() => Promise<void>> {
  await hostProgram(REMOTE);
  const machine = (await readFile("/etc/machine-id", "utf8")).trim();
  const file = join(lab.facts.journal.path, machine, "remote-test.journal");
  await rm(file, { force: true });
  const oldestFirst = [...entries].sort((a, b) => b.hoursAgo - a.hoursAgo);
  const input = oldestFirst.map((entry, index) => exported(entry, machine, index)).join("");
  await execa(REMOTE, ["--output", file, "-"], { input });
  await execa("chgrp", [`${lab.facts.journal.gid}`, file]);
  await execa("chmod", ["0640", file]);
  return () => rm(file);
}

/** An entry in the journal's export format; an empty line ends it. */
function exported({ hoursAgo, message, fields }: JournalEntry, machine: string, index: number) {
  const microseconds = Math.round((Date.now() - hoursAgo * 3_600_000) * 1000);
  const all = {
    __REALTIME_TIMESTAMP: microseconds,
    __MONOTONIC_TIMESTAMP: 1_000_000 + index,
    _BOOT_ID: BOOT,
    _MACHINE_ID: machine,
    PRIORITY: 5,
    ...fields,
    MESSAGE: message,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}=${value}\n`);
  return `${lines.join("")}\n`;
}
