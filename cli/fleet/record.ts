import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { type Row, row } from "./work.ts";

const record = z.strictObject({ rows: z.array(row) });

/** The hosts of a command's last run, which `--resume` goes by; nothing where there was none. */
export function readRecord(file: string): Row[] | undefined {
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, "utf8");
  try {
    return record.parse(JSON.parse(text)).rows;
  } catch {
    throw new Error(
      `${file} is not a record of a run of this version: remove it, and run without --resume.`,
    );
  }
}

/** Writes beside the file and renames: a reader, also after a crash, sees all of one state. */
export function saveRecord(file: string, rows: readonly Row[]): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, `${JSON.stringify({ rows }, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
