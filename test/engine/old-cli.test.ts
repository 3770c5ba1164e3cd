// The real engine; the host is SIMULATED.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pulumiVersion } from "../../lab/pulumi-version.ts";
import { type SimulatedFleet, simulatedFleet } from "../../lab/simulated-fleet.ts";

let fleet: SimulatedFleet;
beforeAll(async () => {
  fleet = await simulatedFleet([{ stack: "one", address: "one.test" }], 0);
  const file = join(fleet.directory, "config", "oldest-pulumi.ts");
  await writeFile(file, 'export const OLDEST_PULUMI = "99.0";\n');
});
afterAll(() => fleet?.close());

const sentence =
  `The Pulumi CLI ${pulumiVersion} is too old: install 99.0 or newer, ` +
  "https://www.pulumi.com/docs/install/";

test("a CLI that is too old is refused with one sentence, and nothing is planned", async () => {
  const { exitCode, stdout } = await run("pulumi", "preview", "--stack", "one");
  expect(exitCode).not.toBe(0);
  expect(stdout).toContain(`\n    error: ${sentence}\n`);
  expect(stdout).not.toMatch(/^\s+at .+:\d+|unhandled exception/m);
  // The stack itself.
  expect(stdout).toContain("    + 1 to create\n");
});

test("by npm run fleet, too", async () => {
  const { exitCode, stdout } = await run("node", "cli/fleet/main.ts", "preview", "--json");
  expect([exitCode, JSON.parse(stdout)[0].sentence]).toEqual([1, sentence]);
});

const run = (program: string, ...args: string[]) =>
  execa(program, args, { cwd: fleet.directory, env: fleet.env, reject: false });
