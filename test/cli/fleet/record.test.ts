import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Row } from "../../../cli/fleet/outcome.ts";
import {
  begunRecord,
  readRecord,
  saveRecord,
  unfinished,
  withRow,
} from "../../../cli/fleet/record.ts";

const began = new Date("2026-11-24T22:00:00Z");
const row = (stack: string, state: Row["state"]): Row => ({ stack, state, sentence: "" });
const file = () => join(mkdtempSync(join(tmpdir(), "record-")), ".fleet", "up.json");

test("a run that begins has all hosts waiting; each row is replaced in its place", () => {
  const begun = begunRecord(began, ["a", "b"]);
  expect(begun).toEqual({
    began: "2026-11-24T22:00:00.000Z",
    rows: [row("a", "waiting"), row("b", "waiting")],
  });
  expect(withRow(begun, row("a", "ok")).rows).toEqual([row("a", "ok"), row("b", "waiting")]);
});

test("unfinished: whatever did not succeed, also what a killed run left under way", () => {
  const states = ["ok", "failed", "cancelled", "waiting", "running", "not started"] as const;
  const rows = states.map((state) => row(state, state));
  expect(unfinished({ began: began.toISOString(), rows })).toEqual(states.slice(1));
});

test("a resumed run keeps the rows that it does not work on, in their places", () => {
  const earlier = [row("a", "failed"), row("b", "ok"), row("c", "failed")];
  const begun = begunRecord(began, ["a", "c", "d"], earlier);
  expect(begun.rows).toEqual([
    row("a", "waiting"),
    row("b", "ok"),
    row("c", "waiting"),
    row("d", "waiting"),
  ]);
});

test("what is saved is read again; only its owner reads it, and nothing is left beside it", () => {
  const path = file();
  const saved = begunRecord(began, ["a"]);
  saveRecord(path, saved);
  saveRecord(path, withRow(saved, { ...row("a", "ok"), seconds: 1.5, log: ".fleet/a.log" }));
  expect(readRecord(path)?.rows).toEqual([
    { ...row("a", "ok"), seconds: 1.5, log: ".fleet/a.log" },
  ]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(path, ".."))).toEqual(["up.json"]);
});

test("a write that breaks off leaves the last record whole", () => {
  const path = file();
  saveRecord(path, begunRecord(began, ["a"]));
  const whole = readFileSync(path, "utf8");
  // What a process leaves that dies while it writes: the half is beside, not in, the record.
  writeFileSync(`${path}.new`, whole.slice(0, 20));
  expect(readRecord(path)).toEqual(begunRecord(began, ["a"]));
});

test("no record is no error; one of another form says what to do", () => {
  const path = file();
  expect(readRecord(path)).toBeUndefined();
  saveRecord(path, begunRecord(began, ["a"]));
  for (const text of ["{", '{"rows": []}', '{"began": "now", "rows": []}']) {
    writeFileSync(path, text);
    expect(() => readRecord(path)).toThrow(
      `${path} is no record of a run of this version: remove it, and run without --resume.`,
    );
  }
});
