import { describe, expect, test } from "vitest";
import { readOptions } from "../../../bench/compare/options.ts";

describe("the command line of make bench", () => {
  test("without arguments measures everything five times", () => {
    expect(readOptions([])).toEqual({ runs: 5, parts: ["start", "up"], prepare: false });
  });

  test("takes a number of runs, one part and a file", () => {
    expect(readOptions(["--runs", "12", "--only", "up", "--json", "out.json"])).toEqual({
      runs: 12,
      parts: ["up"],
      prepare: false,
      json: "out.json",
    });
  });

  test("can ask for the set-up alone, or for help", () => {
    expect(readOptions(["--prepare"])?.prepare).toBe(true);
    expect(readOptions(["-h"])).toBeUndefined();
  });

  test.each(["0", "-1", "1.5", "many", "1000"])("refuses %s runs", (runs) => {
    expect(() => readOptions([`--runs=${runs}`])).toThrow(
      `--runs must be a whole number from 1 to 999, not "${runs}"`,
    );
  });

  test("refuses a part that there is not", () => {
    expect(() => readOptions(["--only", "down"])).toThrow('--only must be start or up, not "down"');
  });
});
