import { mkdir, writeFile } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { StackLocked, updateUnlessLocked } from "../../cli/adopt/lock.ts";
import { pulumiCli } from "../../cli/shared/pulumi-cli.ts";
import { type SimulatedFleet, simulatedFleet } from "../../lab/simulated-fleet.ts";

let fleet: SimulatedFleet;

beforeAll(async () => {
  fleet = await simulatedFleet([{ stack: "attic", address: "attic.test" }], 5);
});
afterAll(() => fleet?.close());

/** Leaves a lock as the CLI does in a directory, and destroys the stack as `adopt` does. */
async function destroyLocked(pid: number): Promise<void> {
  const locks = join(fleet.state, ".pulumi/locks/organization/grafana-alloy/attic");
  const lock = {
    ...{ pid, username: userInfo().username, hostname: hostname() },
    timestamp: new Date().toISOString(),
  };
  await mkdir(locks, { recursive: true });
  await writeFile(join(locks, "1.json"), JSON.stringify(lock));
  const pulumi = pulumiCli(fleet);
  await updateUnlessLocked(pulumi, "attic", () =>
    pulumi.show(["destroy", "--stack", "attic", "--yes", "--skip-preview"]),
  );
}

test("the lock of a process that runs is left alone, and is told", async () => {
  const failure = await destroyLocked(process.pid).catch((error) => error);
  expect(failure).toBeInstanceOf(StackLocked);
  expect(failure.message).toContain(`${userInfo().username}@${hostname()} (pid ${process.pid})`);
});

test("the lock that a killed process left is released, and the stack destroyed", async () => {
  // Above the highest number that Linux gives a process.
  await expect(destroyLocked(4_194_305)).resolves.toBeUndefined();
});
