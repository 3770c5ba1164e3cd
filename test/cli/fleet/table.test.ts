import { expect, test } from "vitest";
import type { Row } from "../../../cli/fleet/outcome.ts";
import { Progress } from "../../../cli/fleet/progress.ts";
import { table, toJson } from "../../../cli/fleet/table.ts";

const rows: Row[] = [
  { stack: "svlazext", state: "ok", sentence: "24 created", seconds: 12.3, log: ".fleet/up/a.log" },
  {
    stack: "ok",
    state: "failed",
    sentence: "alloy-files-config: Process exited with status 1: Alloy refuses it.",
    seconds: 150,
    log: ".fleet/up/ok.log",
  },
  { stack: "svlnas", state: "not started", sentence: "cancelled" },
];

test("a row for each host, what is to say below it, a summary at the end", () => {
  expect(table(rows, { width: 60, colour: false })).toBe(`\
stack     state        time   log
svlazext  ok           12 s   .fleet/up/a.log
    24 created
ok        failed       3 min  .fleet/up/ok.log
    alloy-files-config: Process exited with status 1: Alloy
    refuses it.
svlnas    not started
    cancelled

1 ok, 1 failed, 1 not started
`);
});

test("colour marks the state alone", () => {
  const lines = table(rows, { width: 80, colour: true }).split("\n");
  expect(lines[1]).toContain("\u001b[32mok\u001b[39m");
  expect(lines[3]?.startsWith("ok        \u001b[31mfailed\u001b[39m")).toBe(true);
});

test("for machines every row has every key", () => {
  expect(JSON.parse(toJson(rows))).toEqual([
    { ...rows[0], seconds: 12.3 },
    { ...rows[1], seconds: 150 },
    { ...rows[2], seconds: null, log: null },
  ]);
});

test("progress: a line for each host that has ended, and what is under way on the heartbeat", () => {
  const said: string[] = [];
  const progress = new Progress(3, (line) => said.push(line));
  progress.heartbeat();
  progress.changed({ stack: "svlazext", state: "running", sentence: "" });
  progress.changed({ stack: "ok", state: "running", sentence: "" });
  progress.heartbeat();
  for (const row of rows) progress.changed(row);
  progress.heartbeat();
  expect(said).toEqual([
    "under way: svlazext, ok",
    "[1/3] svlazext ok (12 s): 24 created",
    "[2/3] ok failed (3 min): alloy-files-config: Process exited with status 1: Alloy refuses it.",
    "[3/3] svlnas not started: cancelled",
  ]);
});
