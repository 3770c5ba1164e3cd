import { hostname, userInfo } from "node:os";
import { expect, test } from "vitest";
import { StackLocked, updateUnlessLocked } from "../../../cli/adopt/lock.ts";
import { PulumiFailure } from "../../../cli/shared/pulumi-cli.ts";

const me = userInfo().username;
const here = hostname();
/** Above the highest number that Linux gives a process. */
const GONE = 4_194_305;

const lockedBy = (...holders: string[]) =>
  ["error: the stack is currently locked by 1 lock(s). Either wait …", ...holders]
    .map((line) => `${line}\n`)
    .join("  file:///state/locks/1.json: created by ");

/** An update that fails once with what the CLI says; answers what was done. */
async function update(stderr: string) {
  const done: string[] = [];
  const pulumi = {
    run: async (args: string[]) => String(done.push(args.join(" "))),
    show: async () => {},
  };
  const failure = await updateUnlessLocked(pulumi, "svlnas", async () => {
    done.push("update");
    if (done.length === 1) throw new PulumiFailure("failed: see above", stderr);
  }).catch((error: Error) => error);
  return { done, failure };
}

test("the lock that a killed run of this machine left is released", async () => {
  const { done, failure } = await update(lockedBy(`${me}@${here} (pid ${GONE}) at 2026-11-24`));
  expect(failure).toBeUndefined();
  expect(done).toEqual(["update", "cancel --yes --stack svlnas", "update"]);
});

test.each([
  ["of a process that runs", [`${me}@${here} (pid ${process.pid}) at 2026-11-24`]],
  ["of another machine", [`${me}@elsewhere (pid ${GONE}) at 2026-11-24`]],
  ["of another user", [`someone@${here} (pid ${GONE}) at 2026-11-24`]],
  [
    "beside that of another",
    [1, 2].map((n) => `${n === 1 ? me : "someone"}@${here} (pid ${GONE}) at x`),
  ],
])("a lock %s is left alone", async (_, holders) => {
  const { done, failure } = await update(lockedBy(...holders));
  expect(failure).toBeInstanceOf(StackLocked);
  expect(done).toEqual(["update"]);
});

test("so is an update that Pulumi Cloud knows of, whose holder it does not tell", async () => {
  const { done, failure } = await update(
    "error: [409] Conflict: Another update is currently in progress.",
  );
  expect(failure).toEqual(
    new StackLocked(
      "stack svlnas is locked, so nothing more was done or undone. When that update has ended, give the same command again; if it was killed: pulumi cancel --stack svlnas",
    ),
  );
  expect(done).toEqual(["update"]);
});

test("an update that fails otherwise is no lock", async () => {
  const { failure } = await update("error: update failed");
  expect(failure).toEqual(new PulumiFailure("failed: see above", "error: update failed"));
});
