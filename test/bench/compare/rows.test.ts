import { describe, expect, test } from "vitest";
import { bars, plot } from "../../../bench/compare/plot.ts";
import { type Results, report } from "../../../bench/compare/report.ts";
import { operationRows, packageRows, startRows } from "../../../bench/compare/rows.ts";

const operations: NonNullable<Results["operations"]> = {
  ours: [
    { first: 10, preview: 2, pipelineMissed: 0 },
    { first: 12, preview: 3, pipelineMissed: 0 },
    { first: 11, preview: 4, pipelineMissed: 0 },
  ],
  "docker-compose": [{ first: 5.5, pipelineMissed: 3 }],
  Ansible: [{ first: 22, preview: 6, pipelineMissed: 7 }],
};

const start: NonNullable<Results["start"]> = {
  sdk: [0.4],
  program: [0.5],
  sdkCpu: [0.2],
  programCpu: [0.3],
  coldSdk: [0.6],
  coldProgram: [0.9],
  packages: [{ zod: 0.03, "./index.ts": 0.02 }],
};

describe("the table of operations", () => {
  const rows = operationRows(operations);

  test("has each tool, and what the others take of ours", () => {
    expect(rows[0]?.join()).toBe(
      ",ours,docker-compose,Ansible,docker-compose / ours,Ansible / ours",
    );
    expect(rows[1]?.join()).toBe(
      "first deployment, s,11.0 (10.0–12.0),5.5 (5.5–5.5),22.0 (22.0–22.0),0.50,2.00",
    );
  });

  test("has a dash for what a tool does not have, and for a ratio to nothing", () => {
    const row = (start: string) => rows.find(([label]) => label?.startsWith(start))?.slice(1);
    expect(row("preview")?.join()).toBe("3.0 (2.0–4.0),-,6.0 (6.0–6.0),-,2.00");
    expect(row("a pipeline changed: samples")?.join()).toBe("0 (0–0),3 (3–3),7 (7–7),-,-");
  });
});

test("the program's start is told against the SDK's, warm and cold", () => {
  expect(startRows(start).slice(1)).toEqual([
    ["as it is from the second start on", "0.50 (0.50–0.50)", "0.40 (0.40–0.40)", "1.25"],
    ["the same, CPU", "0.30 (0.30–0.30)", "0.20 (0.20–0.20)", "1.50"],
    ["the very first one, nothing compiled", "0.90 (0.90–0.90)", "0.60 (0.60–0.60)", "1.50"],
  ]);
  expect(packageRows(start).slice(1)).toEqual([
    ["zod", "30 (30–30)"],
    ["the program itself", "20 (20–20)"],
  ]);
});

test("the plot draws the medians of what it shows, tool by tool", () => {
  const [ours, compose] = bars(operations);
  expect(ours?.name).toBe("this program");
  expect(ours?.values[0]).toEqual({ median: 11, min: 10, max: 12, count: 3 });
  expect(compose?.values[1]).toBeNull();
  const svg = plot(operations);
  expect(svg).toMatch(/^<svg /);
  for (const text of ["this program", "docker-compose", "11", "5.5", "22"]) {
    expect(svg).toContain(`>${text}<`);
  }
});

test("the report has only what was measured", () => {
  expect(report({ runs: 3, operations })).toContain("up to 3 runs; the median");
  expect(report({ runs: 3, operations })).not.toContain("program start");
  expect(report({ runs: 1, start })).not.toContain("first deployment");
});
