import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { type Hooks, type Plan, schedule } from "../../../cli/fleet/schedule.ts";
import type { Outcome, Work } from "../../../cli/fleet/work.ts";

const ok: Outcome = { state: "ok", sentence: "1 created" };
const failed: Outcome = { state: "failed", sentence: "no route" };
const names = (count: number) => Array.from({ length: count }, (_, i) => `host${i + 1}`);

/** Runs a plan; answers the rows, the rows as lines, every change as `stack state`, and the most hosts at a time. */
async function run(plan: Plan, work: Work, given: Partial<Hooks> = {}) {
  const changes: string[] = [];
  let running = 0;
  let most = 0;
  const rows = await schedule(plan, {
    work: async (stack, job) => {
      running += 1;
      most = Math.max(most, running);
      return work(stack, job).finally(() => {
        running -= 1;
      });
    },
    prove: async () => {
      throw new Error("nothing is to be proven");
    },
    signal: new AbortController().signal,
    logOf: (stack) => `logs/${stack}.log`,
    changed: ({ stack, state }) => changes.push(`${stack} ${state}`),
    ...given,
  });
  const lines = rows.map(({ stack, state, sentence }) => `${stack} ${state}: ${sentence}`);
  return { rows, lines, changes, most };
}

test.each([1, 3, 8])("never more than %i hosts at a time, and that many", async (parallel) => {
  const { rows, most } = await run({ stacks: names(12), parallel }, async () => sleep(5, ok));
  expect(most).toBe(parallel);
  expect(rows.map(({ stack }) => stack)).toEqual(names(12));
});

test("hosts are started in the plan's order, and the rows keep it", async () => {
  const { changes, lines } = await run({ stacks: names(3), parallel: 2 }, async (stack) =>
    sleep(stack === "host1" ? 30 : 1, ok),
  );
  expect(changes).toEqual([
    ...["host1 running", "host2 running", "host2 ok"],
    ...["host3 running", "host3 ok", "host1 ok"],
  ]);
  expect(lines).toEqual(names(3).map((name) => `${name} ok: 1 created`));
});

test("one that fails or throws stops no other; the row says why, and where the log is", async () => {
  const { rows } = await run({ stacks: names(3), parallel: 1 }, async (stack) => {
    if (stack === "host2") throw new Error("\nits process ended\nat worker.ts:1");
    return stack === "host1" ? failed : ok;
  });
  const outcomes = [failed, { state: "failed", sentence: "its process ended" }, ok];
  expect(rows).toEqual(
    outcomes.map((outcome, index) => ({
      stack: `host${index + 1}`,
      ...outcome,
      seconds: expect.any(Number),
      log: `logs/host${index + 1}.log`,
    })),
  );
});

const canary = { stacks: names(3), parallel: 3, canary: "host2" };
const proof: Outcome = { state: "ok", sentence: "9 proofs" };

test("the canary is deployed and proven before any other is started", async () => {
  const order: string[] = [];
  const noted = (what: string, outcome: Outcome): Work => {
    return async (stack) => {
      order.push(`${what} ${stack}`);
      return outcome;
    };
  };
  const { lines } = await run(canary, noted("work", ok), { prove: noted("prove", proof) });
  expect(order).toEqual(["work host2", "prove host2", "work host1", "work host3"]);
  expect(lines[1]).toBe("host2 ok: 1 created; 9 proofs");
});

test.each<[string, Outcome, Partial<Hooks>, string]>([
  ["does not deploy", failed, {}, "no route"],
  [
    "is not proven",
    ok,
    { prove: async () => ({ state: "failed", sentence: "journal missing" }) },
    "journal missing",
  ],
])("a canary that %s stops the rest", async (_, outcome, hooks, why) => {
  const { lines } = await run(canary, async () => outcome, hooks);
  expect(lines).toEqual([
    "host1 not started: the canary host2 failed",
    `host2 failed: ${why}`,
    "host3 not started: the canary host2 failed",
  ]);
});

test.each([
  ["", { stacks: names(3), parallel: 1 }, ["host1 cancelled: cancelled in an orderly way", 2, 3]],
  [
    " between the canary's deployment and its proof",
    { ...canary, canary: "host1" },
    ["host1 cancelled: cancelled", 2, 3],
  ],
])("cancelled%s: what runs ends as it says, no other is started", async (_, plan, lines) => {
  const stop = new AbortController();
  const work: Work = async () => {
    stop.abort();
    return "canary" in plan ? ok : { state: "cancelled", sentence: "cancelled in an orderly way" };
  };
  const told = await run(plan, work, { signal: stop.signal });
  expect(told.lines).toEqual(
    lines.map((line) => (typeof line === "number" ? `host${line} not started: cancelled` : line)),
  );
});
