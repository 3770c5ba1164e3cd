import { expect, test } from "vitest";
import { StackLocked } from "../../../cli/adopt/lock.ts";
import { rollBack, run, type Step } from "../../../cli/adopt/run.ts";

/** Three steps, of which the second has two undoings; notes what is done, and what `fails` names fails. */
function three(fails: { [title: string]: Error } = {}) {
  const done: string[] = [];
  const said: string[] = [];
  const stop = new AbortController();
  const act = (title: string) => async () => {
    done.push(title);
    if (title === fails.stop?.message) stop.abort();
    if (fails[title]) throw fails[title];
  };
  const undo = (title: string) => ({ title, do: act(title), byHand: `do ${title}` });
  const steps: Step[] = [
    { title: "one", do: act("one"), undo: [undo("not one")] },
    { title: "two", do: act("two"), undo: [undo("not two"), undo("really not two")] },
    { title: "three", do: act("three"), undo: [undo("not three")] },
  ];
  const say = (line: string) => void said.push(line);
  return { done, said, run: () => run(steps, say, stop.signal), back: () => rollBack(steps, say) };
}

test("everything well: every step once, in order, and nothing is taken back", async () => {
  const { done, said, ...all } = three();
  await all.run();
  expect(done).toEqual(["one", "two", "three"]);
  expect(said).toEqual(["1/3 one", "2/3 two", "3/3 three"]);
});

test("rolling back takes everything back, last first", async () => {
  const { done, back } = three();
  expect(await back()).toBe("The old service is back as it was.");
  expect(done).toEqual(["not three", "not two", "really not two", "not one"]);
});

const broken = new Error("broken");
const locked = new StackLocked("locked");
const undone = ["not two", "really not two", "not one"];

test.each([
  ["a step that fails", { two: broken }, undone, "broken\nThe old service is back as it was."],
  [
    "broken off, though the step went well",
    { stop: new Error("two") },
    undone,
    "it was interrupted\nThe old service is back as it was.",
  ],
  [
    "what can't be taken back stops nothing, and is told",
    { two: broken, "not two": new Error("no way") },
    undone,
    "broken\nNot all could be undone. Do this by hand, in this order:\n  not two: no way\n    do not two",
  ],
  ["a step that finds the stack locked: nothing is taken back", { two: locked }, [], "locked"],
  [
    "an undoing that finds it locked: no other is done",
    { two: broken, "not two": locked },
    ["not two"],
    "broken\nlocked",
  ],
])("%s", async (_, fails, back, message) => {
  const { done, ...all } = three(fails);
  await expect(all.run()).rejects.toThrow(new Error(message));
  expect(done).toEqual(["one", "two", ...back]);
});
