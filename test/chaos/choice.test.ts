import { expect, test } from "vitest";
import { choices } from "../e2e/support/chaos/choice.ts";

const table = { operations: 5, interruptions: 6 };

test("a seed chooses the same again, and more runs begin with the same ones", () => {
  expect(choices(7, 30, table)).toEqual(choices(7, 40, table).slice(0, 30));
  expect(choices(8, 30, table)).not.toEqual(choices(7, 30, table));
});

test("everything is chosen in the long run, and nothing else", () => {
  const chosen = choices(1, 1000, table);
  const pairs = new Set(chosen.map((one) => `${one.operation} ${one.interruption}`));
  expect(pairs.size).toBe(table.operations * table.interruptions);
  expect(Math.max(...chosen.map(({ operation }) => operation))).toBe(table.operations - 1);
  expect(Math.max(...chosen.map(({ moment }) => moment))).toBeLessThan(1);
});
