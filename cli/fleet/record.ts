import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import type { Row } from "./outcome.ts";

const row = z.strictObject({
  stack: z.string().min(1),
  state: z.enum(["ok", "failed", "cancelled", "waiting", "running", "not started"]),
  sentence: z.string(),
  seconds: z.number().optional(),
  log: z.string().optional(),
}) satisfies z.ZodType<Row>;

const record = z.strictObject({ began: z.iso.datetime(), rows: z.array(row) });

/** The last run of a command: what `--resume` goes by. */
export type Record = z.infer<typeof record>;

/** A run of these stacks that is about to begin. Rows of an earlier run stay where they are. */
export function begunRecord(
  began: Date,
  stacks: readonly string[],
  earlier: readonly Row[] = [],
): Record {
  const waiting = (stack: string): Row => ({ stack, state: "waiting", sentence: "" });
  const known = earlier.map(({ stack }) => stack);
  const kept = earlier.map((row) => (stacks.includes(row.stack) ? waiting(row.stack) : row));
  const added = stacks.filter((stack) => !known.includes(stack)).map(waiting);
  return { began: began.toISOString(), rows: [...kept, ...added] };
}

/** The record with one host's row as it is now. */
export function withRow(old: Record, changed: Row): Record {
  return { ...old, rows: old.rows.map((row) => (row.stack === changed.stack ? changed : row)) };
}

/** What has not succeeded; a host that was under way when the run was killed is among it. */
export function unfinished({ rows }: Record): string[] {
  return rows.filter(({ state }) => state !== "ok").map(({ stack }) => stack);
}

/** Writes beside the file and renames: a reader, also after a crash, sees all of one state. */
export function saveRecord(file: string, saved: Record): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, `${JSON.stringify(saved, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** The last run's record, or nothing where there was none. */
export function readRecord(file: string): Record | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return record.parse(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof z.ZodError)) throw error;
    throw new Error(
      `${file} is no record of a run of this version: remove it, and run without --resume.`,
    );
  }
}
