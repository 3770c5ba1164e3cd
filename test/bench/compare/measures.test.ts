import { expect, test } from "vitest";
import { missedSamples } from "../../../bench/compare/cycle.ts";
import { measureRows, type Results, targetRows } from "../../../bench/compare/measures.ts";
import { plot } from "../../../bench/compare/plot.ts";

const results: Results = {
  ours: [
    { first: 10, preview: 2, pipelineMissed: 0 },
    { first: 12, preview: 3, pipelineMissed: 0 },
    { first: 11, preview: 4, pipelineMissed: 0 },
  ],
  "docker-compose": [{ first: 5.5, pipelineMissed: 3 }],
  Ansible: [{ first: 22, preview: 6, pipelineMissed: 7 }],
};

test("the table has each tool and what the others take of ours, with a dash for what was not measured", () => {
  const [head, first, ...rows] = measureRows(results).map((row) => row.join("|"));
  expect(head).toBe("|ours|docker-compose|Ansible|docker-compose / ours|Ansible / ours");
  expect(first).toBe(
    "first deployment, s|11.0 (10.0–12.0)|5.5 (5.5–5.5)|22.0 (22.0–22.0)|0.50|2.00",
  );
  expect(rows).toContain("preview of a changed pipeline, s|3.0 (2.0–4.0)|-|6.0 (6.0–6.0)|-|2.00");
  expect(rows).toContain(
    "a pipeline changed: samples missed, one a second|0 (0–0)|3 (3–3)|7 (7–7)|-|-",
  );
});

test("the plot has the medians", () => {
  const svg = plot(results);
  for (const text of ["this program", "docker-compose", "11.0", "5.5", "22.0"]) {
    expect(svg).toContain(`>${text}<`);
  }
});

test("each target says what was measured and whether it held", () => {
  const ours = { first: 11, unchanged: 2, pipelineWorks: 2, pipelineMissed: 0, tokenMissed: 0 };
  const all = { ours: [ours], Ansible: [{ unchanged: 9 }] };
  const compose = [{ first: 6, unchanged: 1 }];
  expect(targetRows({ ...all, "docker-compose": compose })).toEqual([
    ["target", "measured", "held"],
    ["first deployment: at most 5 s more than docker-compose", "5.00", "yes"],
    ["nothing changed: at most three times docker-compose's time", "2.00", "yes"],
    ["nothing changed: five times as fast as Ansible", "4.50", "no"],
    ["a pipeline changed: the agent has loaded it within 3 s", "2.00", "yes"],
    ["a pipeline changed, a token replaced: samples missed, none", "0.00", "yes"],
  ]);
});

test("a target that is missed by little is missed, and one that was not measured is left out", () => {
  const ours = {
    ...{ first: 11.1, unchanged: 3.1, pipelineWorks: 3.1 },
    ...{ pipelineMissed: 0, tokenMissed: 1 },
  };
  const compose = [{ first: 6, unchanged: 1 }];
  const held = (of: Results) => targetRows(of).map(([, , last]) => last);
  expect(held({ ours: [ours], "docker-compose": compose, Ansible: [{ unchanged: 2 }] })).toEqual([
    "held",
    "no",
    "no",
    "no",
    "no",
    "no",
  ]);
  expect(held(results)).toEqual(["held", "no"]);
});

test.each([
  ["each about a second after the last", [10, 11.02, 11.98, 13], 0],
  ["gaps", [10, 11, 15.4, 16.4, 18.4], 4],
  ["one sample", [100], 0],
  ["none", [], 0],
  ["two at once", [10, 10.1, 11], 0],
])("samples missed: %s", (_, times, missed) => {
  expect(missedSamples(times)).toBe(missed);
});
