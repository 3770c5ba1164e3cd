import { describe, expect, test } from "vitest";
import { rollBack, run } from "../../../cli/adopt/run.ts";
import type { Action, Step } from "../../../cli/adopt/steps.ts";
import { plan } from "../../../cli/adopt/steps.ts";
import { planArgs } from "./support/record.ts";

const steps = plan(planArgs);

/** The name of an action, by the step or undo that holds it. */
function nameIn(all: readonly Step[], action: Action): string {
  for (const step of all) {
    if (step.action === action) return step.title;
    for (const undo of step.undo) if (undo.action === action) return `back: ${undo.title}`;
  }
  throw new Error("an action of no step");
}

/** Runs the plan and notes what is performed; what `fails` names fails. */
async function runThrough(fails: (name: string) => boolean, all = steps) {
  const done: string[] = [];
  const said: string[] = [];
  const controller = new AbortController();
  const outcome = await run(all, {
    async perform(action) {
      const name = nameIn(all, action);
      done.push(name);
      if (fails(name)) throw new Error(`no ${name}`);
    },
    say: (line) => said.push(line),
    signal: controller.signal,
  });
  return { done, said, outcome };
}

test("everything well: every step once, in order, and nothing is taken back", async () => {
  const { done, said, outcome } = await runThrough(() => false);
  expect(done).toEqual(steps.map(({ title }) => title));
  expect(said).toEqual(steps.map(({ title }, index) => `${index + 1}/${steps.length} ${title}`));
  expect(outcome).toEqual({ left: [] });
});

describe.each(steps.map(({ title }, index) => ({ title, index })))("failing at: $title", (at) => {
  /** What may have been done, last first. */
  const expected = steps
    .slice(0, at.index + 1)
    .reverse()
    .flatMap(({ undo }) => undo.map(({ title }) => `back: ${title}`));

  test("that and all before is taken back, last first, and nothing after is begun", async () => {
    const { done, outcome } = await runThrough((name) => name === at.title);
    const forward = steps.slice(0, at.index + 1).map(({ title }) => title);
    expect(done).toEqual([...forward, ...expected]);
    expect(outcome).toEqual({ failure: `no ${at.title}`, left: [] });
  });

  test("what can't be taken back stops nothing, and is told", async () => {
    const { done, outcome } = await runThrough(
      (name) => name === at.title || name.startsWith("back"),
    );
    expect(done.filter((name) => name.startsWith("back"))).toEqual(expected);
    expect(outcome.left.map(({ undo, reason }) => `${undo.title}|${reason}`)).toEqual(
      expected.map((name) => `${name.slice("back: ".length)}|no ${name}`),
    );
  });

  test("broken off there, it is taken back though the step itself went well", async () => {
    const controller = new AbortController();
    const done: string[] = [];
    const outcome = await run(steps, {
      async perform(action) {
        const name = nameIn(steps, action);
        done.push(name);
        if (name === at.title) controller.abort();
      },
      say: () => {},
      signal: controller.signal,
    });
    expect(done.slice(at.index + 1)).toEqual(expected);
    expect(outcome).toEqual({ failure: "it was broken off", left: [] });
  });
});

test("rolling back takes the whole plan back, the agent started last", async () => {
  const done: string[] = [];
  const left = await rollBack(steps, {
    perform: async (action) => void done.push(nameIn(steps, action)),
    say: () => {},
  });
  expect(left).toEqual([]);
  expect(done).toEqual([
    "back: destroy what was deployed",
    "back: remove what is left of it on the host",
    "back: put alloy-init back",
    "back: put alloy-docker-proxy back and start it",
    "back: put alloy back and start it",
    "back: take back the settings that the stack was given",
    "back: remove adopt.json",
  ]);
});
