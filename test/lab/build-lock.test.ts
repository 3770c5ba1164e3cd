import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { locked } from "../../lab/build-lock.ts";

test("one build begins when the other has ended, and a failure releases the lock", async () => {
  const dir = await mkdtemp(join(tmpdir(), "build-lock-"));
  onTestFinished(() => rm(dir, { recursive: true }));
  let running = 0;
  const build = async () => {
    running += 1;
    expect(running).toBe(1);
    await new Promise((done) => setTimeout(done, 50));
    running -= 1;
    throw new Error("no compiler");
  };
  const both = [1, 2].map(() => locked(join(dir, "lock"), build));
  for (const one of both) await expect(one).rejects.toThrow("no compiler");
});
