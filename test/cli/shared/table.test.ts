import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { columns, type TableRow, table, tally } from "../../../cli/shared/table.ts";

const rows: TableRow[] = [
  { cells: ["what", "found", "state"] },
  { cells: ["the name of a thing", "/var/lib/docker/containers", { text: "ok", colour: "green" }] },
  {
    cells: ["a thing", "nothing", { text: "missing", colour: "red" }],
    notes: [
      "Four words, then https://example.org/a/page/whose/address/is/longer/than/the/terminal and two more.",
      { text: "last seen: never", colour: "dim" },
    ],
    commands: ["pulumi config set --stack svlnas --path 'grafana-alloy:host.journal.gid' 999"],
  },
];

test("each row with its notes wrapped, its commands in one piece, and the summary", () => {
  expect(table(rows, "1 ok", { width: 64, colour: false })).toBe(`\
what                 found                       state
the name of a thing  /var/lib/docker/containers  ok
a thing              nothing                     missing
    Four words, then
    https://example.org/a/page/whose/address/is/longer/than/the/terminal
    and two more.
    last seen: never
    pulumi config set --stack svlnas --path 'grafana-alloy:host.journal.gid' 999

1 ok
`);
});

test("below 60 columns it stays at 60", () => {
  const [narrow, sixty] = [20, 60].map((width) => table(rows, "", { width, colour: false }));
  expect(narrow).toBe(sixty);
});

test.each([
  [52, 30, 20],
  [50, 28, 20],
  [42, 20, 20],
  [38, 16, 20],
  [30, 16, 12],
  [20, 8, 10],
])("with %i columns left, the second is cut first: to 16, then the first to 10", (left, b, a) => {
  const cut = [
    [1, 16],
    [0, 10],
    [1, 1],
  ] as const;
  const cell = (char: string, whole: number, width: number) =>
    width < whole ? `${char.repeat(width - 1)}…` : char.repeat(whole);
  const row = ["a".repeat(20), "b".repeat(30), "c".repeat(70)];
  expect(columns([row], { width: left + 72, cut })).toEqual([
    `${cell("a", 20, a)}  ${cell("b", 30, b)}  ${row[2]}`,
  ]);
});

test("colour changes no text", () => {
  const [plain, coloured] = [false, true].map((colour) => table(rows, "", { width: 80, colour }));
  expect(coloured).toContain("\u001b[32mok\u001b[39m\n");
  expect(coloured).toContain("\u001b[31mmissing\u001b[39m\n");
  expect(coloured).toContain("\u001b[2m    last seen: never\u001b[22m\n");
  expect(stripVTControlCharacters(coloured ?? "")).toBe(plain);
});

test("flush right, nothing after the last cell, a cell of two lines is one", () => {
  const cells = [
    ["a", "10", ""],
    ["two\nlines", "1"],
  ];
  expect(columns(cells, { right: true })).toEqual(["a          10", "two lines   1"]);
  expect(columns([])).toEqual([]);
});

test("the summary counts each state that occurs, and the first always", () => {
  const words = { ok: "ok", fault: "to fix", open: "skipped" };
  expect(tally([], words)).toBe("0 ok");
  expect(tally(["open", "open", "ok", "open"], words)).toBe("1 ok, 3 skipped");
});
