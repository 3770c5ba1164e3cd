import { expect, test } from "vitest";
import { table } from "../../../cli/fleet/table.ts";
import type { Row } from "../../../cli/fleet/work.ts";

const rows: Row[] = [
  { stack: "svlazext", state: "ok", sentence: "24 created", seconds: 12.34, log: ".fleet/a.log" },
  {
    stack: "ok",
    state: "failed",
    sentence: "Alloy refuses it.",
    seconds: 150,
    log: ".fleet/b.log",
  },
  { stack: "svlnas", state: "not started", sentence: "cancelled" },
];

test("a row for each host, what is to say below it, a summary; colour marks the state alone", () => {
  const plain = `\
stack     state        time   log
svlazext  ok           12 s   .fleet/a.log
    24 created
ok        failed       3 min  .fleet/b.log
    Alloy refuses it.
svlnas    not started
    cancelled

1 ok, 1 failed, 1 not started
`;
  expect(table(rows, { width: 60, colour: false })).toBe(plain);
  const coloured = plain
    .replace("  ok  ", "  \u001b[32mok\u001b[39m  ")
    .replace(/failed(?= {2})|not started(?=\n {4})/g, "\u001b[31m$&\u001b[39m");
  expect(table(rows, { width: 60, colour: true })).toBe(coloured);
});
