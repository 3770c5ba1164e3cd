import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { LONGEST_FIRST } from "../../../lab/check/labs.ts";
import { inOrder, shareOut } from "../../../lab/check/queue.ts";
import { repoDir } from "../../../lab/paths.ts";

it("a free worker takes the next job, and none is done twice or left", async () => {
  const done: string[] = [];
  const [begun, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const slow = async (job: string) => {
    begun.resolve();
    await over.promise;
    done.push(`slow ${job}`);
    return job.toUpperCase();
  };
  const late = async (job: string) => {
    done.push(`late ${job}`);
    if (job === "last") over.resolve();
    return job.toUpperCase();
  };
  const coming = [Promise.resolve(slow), begun.promise.then(() => late)];
  const results = await shareOut(["long", "short", "last"], coming);
  expect(done).toEqual(["late short", "late last", "slow long"]);
  expect(results.sort()).toEqual(["LAST", "LONG", "SHORT"]);
});

it("a worker that fails, or never comes, fails the whole", async () => {
  const fails = async () => Promise.reject(new Error("the lab ended"));
  await expect(shareOut(["job"], [Promise.resolve(fails)])).rejects.toThrow("the lab ended");
  const never = Promise.reject(new Error("no lab"));
  await expect(shareOut(["job"], [never])).rejects.toThrow("no lab");
});

it("the longest come first, and before them those that nobody has measured", async () => {
  expect(inOrder(["short", "new", "long"], ["long", "short"])).toEqual(["new", "long", "short"]);
  const files = await readdir(join(repoDir, "test", "e2e"));
  expect(files).toEqual(expect.arrayContaining(LONGEST_FIRST.map((name) => `${name}.test.ts`)));
});
