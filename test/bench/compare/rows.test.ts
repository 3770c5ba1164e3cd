import { describe, expect, test } from "vitest";
import { bars, plot } from "../../../bench/compare/plot.ts";
import { report } from "../../../bench/compare/report.ts";
import type { Results } from "../../../bench/compare/results.ts";
import { operationRows, packageRows, startRows } from "../../../bench/compare/rows.ts";
import { targetRows } from "../../../bench/compare/targets.ts";

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

describe("the table of targets", () => {
  const head = ["target", "measured", "held"];
  const all = (ours: object, compose: object, ansible: object) =>
    targetRows({
      runs: 1,
      operations: { ours: [ours], "docker-compose": [compose], Ansible: [ansible] },
    });

  test("says of each what was measured, and whether it held", () => {
    const ours = { first: 11, unchanged: 2, pipeline: 2, pipelineMissed: 0, tokenMissed: 0 };
    expect(all(ours, { first: 6, unchanged: 1, pipeline: 10 }, { unchanged: 9 })).toEqual([
      head,
      ["first deployment: at most 5 s more than docker-compose", "5.0 s more", "yes"],
      ["nothing changed: at most twice docker-compose's time", "2.00 times", "yes"],
      ["nothing changed: faster than Ansible", "4.5 times as fast", "yes"],
      ["a pipeline changed: five times as fast as docker-compose", "5.0 times as fast", "yes"],
      ["a pipeline changed, a token replaced: no sample missed", "0 missed", "yes"],
    ]);
  });

  test("says no to what missed it by little", () => {
    const ours = { first: 11.1, unchanged: 2.1, pipeline: 2, pipelineMissed: 0, tokenMissed: 1 };
    const rows = all(ours, { first: 6, unchanged: 1, pipeline: 9.9 }, { unchanged: 2 });
    expect(rows.slice(1).map(([, , held]) => held)).toEqual(["no", "no", "no", "no", "no"]);
  });

  test("leaves out what was not measured", () => {
    expect(targetRows({ runs: 1, start })).toEqual([
      head,
      ["program start: at most 1.3 times the SDK's", "1.25 times", "yes"],
    ]);
    expect(targetRows({ runs: 3, operations })).toEqual([
      head,
      ["first deployment: at most 5 s more than docker-compose", "5.5 s more", "no"],
    ]);
  });
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
