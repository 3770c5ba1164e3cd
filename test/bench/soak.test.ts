import { expect, test } from "vitest";
import { EVENTS } from "../../bench/soak/events.ts";
import { isShortLived, KINDS, kindOf, writersOf } from "../../bench/soak/kinds.ts";
import type { Phase } from "../../bench/soak/phase.ts";
import { soakReport } from "../../bench/soak/rows.ts";
import { ranges, type Tally } from "../../bench/soak/tally.ts";
import { faultsOf } from "../../bench/soak/verdict.ts";

const [stopped, proxy, , , killed, daemon] = EVENTS.map(({ name }) => name);

/** A phase in which one event lasted from 100 s to 120 s. */
function phase(event: string, tallies: Tally[], before: Tally[] = []): Phase {
  const lives = [
    { writer: "short-lived-1-1", begin: 50_000, end: 65_000 },
    { writer: "short-lived-1-2", begin: 99_000, end: 114_000 },
    { writer: "short-lived-1-3", begin: 130_000, end: 145_000 },
    { writer: "gone-at-once-1-1", begin: 50_000, end: 52_000 },
  ];
  const happened = [
    { name: event, begin: 100_000, end: 120_000, caught: 5, before, after: tallies },
  ];
  return { happened, lives, tallies };
}

const counted = (writer: string, written: number, arrived: number, twice = 0): Tally => ({
  writer,
  written,
  arrived,
  twice,
});

test("thirty containers, each of the kind that its name says", () => {
  const writers = KINDS.flatMap((kind) => writersOf(kind).map((writer) => [writer, kind] as const));
  expect(writers).toHaveLength(30);
  for (const [writer, kind] of writers) expect(kindOf(writer)).toBe(kind);
  expect(kindOf("crashing-at-once-2").name).toBe("crashing-at-once");
  expect(KINDS.filter(isShortLived).map(({ name }) => name)).toEqual([
    "short-lived",
    "gone-at-once",
  ]);
});

test.each([
  ["nothing", counted("talking-1", 100, 100), []],
  ["a lost line", counted("talking-1", 100, 99), ["talking-1: 1 of 100 lines were lost"]],
  [
    "a lost line of one that crashes",
    counted("crashing-1", 9, 8),
    ["crashing-1: 1 of 9 lines were lost"],
  ],
  ["a short life that the event touched", counted("short-lived-1-2", 20, 0), []],
  ["a short life right after it", counted("short-lived-1-3", 20, 0), []],
  [
    "a short life in peace",
    counted("short-lived-1-1", 20, 19),
    ["short-lived-1-1: 1 of 20 lines were lost"],
  ],
  ["one too short to be found", counted("gone-at-once-1-1", 10, 0), []],
])("lost: %s", (_, tally, faults) => {
  expect(faultsOf(phase(stopped as string, [tally]))).toEqual(faults);
});

test.each([
  ["the last second", stopped, "talking-1", 4, 5],
  ["the last second", proxy, "silent-1", 20, 21],
  ["since the positions were written", killed, "talking-1", 26, 27],
  ["all that it had written until it was ended", daemon, "talking-1", 102, 103],
  ["the last second, and that of a rotation", stopped, "rotating-1", 80, 81],
])("twice: %s, when %s", (_, event, writer, most, more) => {
  const faults = (twice: number) =>
    faultsOf(phase(event as string, [counted(writer, 90, 90, twice)], [counted(writer, 60, 60)]));
  expect(faults(most)).toEqual([]);
  expect(faults(more)).toEqual([`${writer}: ${more} lines arrived twice, where ${most} may`]);
});

test("the report has the sums by kind, and the lines that came twice by event", () => {
  const before = [counted("talking-1", 40, 40, 1)];
  const after = [counted("talking-1", 1000, 990, 4), counted("talking-2", 200, 200, 1)];
  const one = phase(stopped as string, after, before);
  const { tables, faults } = soakReport(one, { ...one, tallies: [] });
  expect(tables.map((rows) => rows.slice(0, 2).map((row) => row.join("|")))).toEqual([
    ["|containers|written|arrived|twice|lost", "talking|2|1,200|1,190|5|10"],
    [`sent twice after|${stopped}`, "talking|4"],
    ["|containers|written|arrived|twice|lost", "talking|0|0|0|0|0"],
  ]);
  expect(faults).toEqual(["talking-1: 10 of 1000 lines were lost"]);
});

test("numbers that follow each other are told as one range", () => {
  expect(ranges([3, 7, 8, 9])).toBe("3, 7-9");
  expect(ranges([])).toBe("");
});
