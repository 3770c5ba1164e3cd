import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Outcome, Row, Work } from "../../../cli/fleet/outcome.ts";
import { type Hooks, type Plan, schedule } from "../../../cli/fleet/schedule.ts";

const ok: Outcome = { state: "ok", sentence: "1 created" };
const names = (count: number) => Array.from({ length: count }, (_, i) => `host${i + 1}`);

/** Runs a plan; answers the rows, every change as `stack state`, and the most hosts at a time. */
async function run(plan: Plan, work: Work, given: Partial<Hooks> = {}) {
  const changes: string[] = [];
  let running = 0;
  let most = 0;
  const rows = await schedule(plan, {
    work: async (stack, job) => {
      running += 1;
      most = Math.max(most, running);
      try {
        return await work(stack, job);
      } finally {
        running -= 1;
      }
    },
    prove: async () => {
      throw new Error("nothing is to be proven");
    },
    signal: new AbortController().signal,
    logOf: (stack) => `logs/${stack}.log`,
    changed: ({ stack, state }) => changes.push(`${stack} ${state}`),
    ...given,
  });
  return { rows, changes, most };
}

const states = (rows: Row[]) => rows.map(({ stack, state }) => `${stack} ${state}`);

test.each([1, 3, 8])("never more than %i hosts at a time, and that many", async (parallel) => {
  const { rows, most } = await run({ stacks: names(12), parallel }, async () => {
    await sleep(5);
    return ok;
  });
  expect(most).toBe(parallel);
  expect(states(rows)).toEqual(names(12).map((name) => `${name} ok`));
});

test("hosts are begun in the plan's order, and the rows keep it", async () => {
  const times: Record<string, number> = { host1: 30, host2: 1, host3: 1 };
  const { rows, changes } = await run({ stacks: names(3), parallel: 2 }, async (stack) => {
    await sleep(times[stack] ?? 0);
    return ok;
  });
  expect(changes).toEqual([
    "host1 running",
    "host2 running",
    "host2 ok",
    "host3 running",
    "host3 ok",
    "host1 ok",
  ]);
  expect(states(rows)).toEqual(["host1 ok", "host2 ok", "host3 ok"]);
});

test("one that fails or throws stops no other; the row says why, and where the log is", async () => {
  const { rows } = await run({ stacks: names(3), parallel: 1 }, async (stack) => {
    if (stack === "host1") return { state: "failed", sentence: "no route" };
    if (stack === "host2") throw new Error("\nits process ended\nat worker.ts:1");
    return ok;
  });
  expect(rows).toEqual([
    row("host1", { state: "failed", sentence: "no route" }),
    row("host2", { state: "failed", sentence: "its process ended" }),
    row("host3", ok),
  ]);
});

const row = (stack: string, outcome: Outcome) => ({
  stack,
  ...outcome,
  seconds: expect.any(Number),
  log: `logs/${stack}.log`,
});

const canary = { stacks: names(3), parallel: 3, canary: "host2" };

test("the canary is deployed and proven before any other begins", async () => {
  const order: string[] = [];
  const { rows } = await run(
    canary,
    async (stack) => {
      order.push(`work ${stack}`);
      return ok;
    },
    {
      prove: async (stack) => {
        order.push(`prove ${stack}`);
        return { state: "ok", sentence: "9 proofs, all passed" };
      },
    },
  );
  expect(order).toEqual(["work host2", "prove host2", "work host1", "work host3"]);
  expect(rows[1]).toMatchObject({ sentence: "1 created; 9 proofs, all passed" });
});

test("a canary that does not deploy is not proven, and the rest is not started", async () => {
  const { rows } = await run(canary, async () => ({ state: "failed", sentence: "no route" }));
  expect(states(rows)).toEqual(["host1 not started", "host2 failed", "host3 not started"]);
  expect(rows[0]).toEqual({
    stack: "host1",
    state: "not started",
    sentence: "the canary host2 failed",
  });
  expect(rows[1]).toMatchObject({ sentence: "no route" });
});

test("a canary that deploys and is not proven stops the rest", async () => {
  const prove: Work = async () => ({ state: "failed", sentence: "journal missing" });
  const { rows } = await run(canary, async () => ok, { prove });
  expect(states(rows)).toEqual(["host1 not started", "host2 failed", "host3 not started"]);
  expect(rows[1]).toMatchObject({ sentence: "journal missing" });
});

test("cancelled: what runs ends as it says, no other is started", async () => {
  const stop = new AbortController();
  const { rows, changes } = await run(
    { stacks: names(4), parallel: 2 },
    async (stack, { signal }) => {
      if (stack === "host2") stop.abort();
      await sleep(5);
      return signal.aborted ? { state: "cancelled", sentence: "cancelled in an orderly way" } : ok;
    },
    { signal: stop.signal },
  );
  expect(states(rows)).toEqual([
    "host1 cancelled",
    "host2 cancelled",
    "host3 not started",
    "host4 not started",
  ]);
  expect(rows[3]).toEqual({ stack: "host4", state: "not started", sentence: "cancelled" });
  expect(changes).not.toContain("host3 running");
});

test("cancelled between the canary's deployment and its proof", async () => {
  const stop = new AbortController();
  const work: Work = async () => {
    stop.abort();
    return ok;
  };
  const { rows } = await run(canary, work, { signal: stop.signal });
  expect(states(rows)).toEqual(["host1 not started", "host2 cancelled", "host3 not started"]);
  expect(rows[0]).toMatchObject({ sentence: "cancelled" });
});
