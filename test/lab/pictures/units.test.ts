import { describe, expect, test } from "vitest";
import { legendOf } from "../../../lab/pictures/names.ts";
import { cut, escaped } from "../../../lab/pictures/svg.ts";
import { written } from "../../../lab/pictures/units.ts";

describe("a value with its unit", () => {
  test.each([
    [0.1234, "percentunit", 1, "12.3 %"],
    [1536, "bytes", undefined, "1.5 KiB"],
    [6 * 2 ** 30, "bytes", undefined, "6 GiB"],
    [2_050_000, "Bps", undefined, "2.05 MB/s"],
    [950, "bps", undefined, "950 b/s"],
    [0, "bytes", undefined, "0 B"],
    [8123, "short", undefined, "8.12 K"],
    [42, "short", undefined, "42"],
    [0.0042, "s", undefined, "4.2 ms"],
    [7200, "s", 1, "2.0 hours"],
    [90, "s", undefined, "1.5 mins"],
    [0, "s", undefined, "0 s"],
    [61.4, "d", 0, "61 days"],
    [38.85, "celsius", undefined, "38.9 °C"],
    [1.234, "suffix: lines/s", undefined, "1.23 lines/s"],
    [12_000, "deckbytes", undefined, "12 MB"],
    [Number.NaN, "short", undefined, "–"],
  ])("%d %s", (value, unit, decimals, expected) => {
    expect(written(value, unit, decimals)).toBe(expected);
  });
});

test("a legend is filled with the labels, and with nothing where there is none", () => {
  const labels = { host: "a", job: "docker" };
  expect(legendOf("{{host}} {{ job }} {{code}}", labels)).toBe("a docker ");
});

test("a text is cut to its width, and cannot end the picture's markup", () => {
  expect(cut("0123456789", 54, 10)).toBe("01234567…");
  expect(cut("01234", 57, 10)).toBe("01234");
  expect(escaped('<b a="1">&')).not.toMatch(/[<>"]/);
});
