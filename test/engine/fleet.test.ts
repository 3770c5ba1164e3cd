import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SECRETS, type SimulatedFleet, simulatedFleet } from "../../lab/simulated-fleet.ts";

/** What each simulated host does is in its address; see lab/doubles/simulated-hosts/main.ts. */
const hosts = [
  { stack: "attic", address: "attic.test" },
  { stack: "cellar", address: "refuses-configuration.test" },
  { stack: "garage", address: "echoes-input.test" },
  { stack: "kitchen", address: "kitchen.test" },
  { stack: "office", address: "office.test", withoutHostKey: true },
  { stack: "shed", address: "slow.test" },
];
const quick = "attic,cellar,garage,kitchen,office";

let fleet: SimulatedFleet;

beforeAll(async () => {
  fleet = await simulatedFleet(hosts, 5);
});
afterAll(() => fleet?.close());

const start = (...args: string[]) =>
  execa("node", ["cli/fleet/main.ts", ...args], {
    cwd: fleet.directory,
    env: fleet.env,
    reject: false,
    // As a shell does: a group of its own, to which a terminal sends Ctrl-C.
    detached: true,
  });

/** State and sentence of each host. */
function told(stdout: string): Record<string, string> {
  const rows: { stack: string; state: string; sentence: string }[] = JSON.parse(stdout);
  return Object.fromEntries(
    rows.map(({ stack, state, sentence }) => [stack, `${state}: ${sentence}`]),
  );
}

describe("npm run fleet, with the real engine and simulated hosts", () => {
  test("a failed canary: no other host is started", async () => {
    const { exitCode, stdout } = await start(
      "up",
      "--stacks",
      quick,
      "--canary",
      "cellar",
      "--json",
    );
    expect(exitCode).toBe(1);
    const refused =
      "failed: alloy-files-config: Process exited with status 1: Alloy refuses the new configuration: the old one runs on.";
    const notStarted = "not started: the canary cellar failed";
    expect(told(stdout)).toEqual({
      attic: notStarted,
      cellar: refused,
      garage: notStarted,
      kitchen: notStarted,
      office: notStarted,
    });
  });

  test("hosts that fail in three ways stop no other, and each says why", async () => {
    const { exitCode, stdout, stderr } = await start("up", "--stacks", quick, "--parallel", "3");
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^attic +ok .+\n {4}\d+ created$/m);
    expect(stdout).toMatch(/^kitchen +ok .+\n {4}\d+ created$/m);
    expect(stdout).toMatch(
      /^cellar +failed .+\n {4}alloy-files-config: Process exited with status 1: Alloy refuses the new configuration: the old one runs on\.$/m,
    );
    expect(stdout).toMatch(
      /^garage +failed .+\n {4}alloy-files-secret-\w+-password: Process exited with status 1: cannot write the file$/m,
    );
    expect(stdout).toMatch(
      /^office +failed .+\n {4}Stack office: 1 fault in the configuration, nothing was changed: host\.connection\.hostKey: is missing$/m,
    );
    expect(stdout).toMatch(/^2 ok, 3 failed$/m);
    expect(stderr.split("\n").filter((line) => /^\[\d\/5\] /.test(line))).toHaveLength(5);
  });

  test("no log holds a secret, though a host printed one; each is readable by its owner alone", async () => {
    const logs = await filesBelow(join(fleet.directory, ".fleet"));
    expect(logs.filter((log) => log.endsWith("garage.log"))).toHaveLength(1);
    const texts = await Promise.all(logs.map((log) => readFile(log, "utf8")));
    const garage = texts[logs.findIndex((log) => log.endsWith("garage.log"))];
    expect(garage).toContain("[secret]");
    for (const secret of Object.values(SECRETS)) {
      expect(texts.filter((text) => text.includes(secret))).toEqual([]);
    }
    for (const log of logs) expect((await stat(log)).mode & 0o077).toBe(0);
  });

  test("--resume works on the three alone, and ends with 0 when they are fixed", async () => {
    for (const { stack } of hosts) await fleet.write({ stack, address: `${stack}.test` });
    const { exitCode, stdout, stderr } = await start("up", "--resume", "--json");
    expect(exitCode).toBe(0);
    const resumed = told(stdout);
    expect(Object.keys(resumed)).toEqual(["cellar", "garage", "office"]);
    for (const row of Object.values(resumed)) expect(row).toMatch(/^ok: (?=.*\d+ created)/);
    expect(stderr).toContain("2 had succeeded before");
    const again = await start("preview", "--stacks", quick, "--json");
    expect(new Set(Object.values(told(again.stdout)))).toEqual(new Set(["ok: no changes"]));
  });

  test("Ctrl-C: the update under way is cancelled, none is started, the table still comes", async () => {
    await fleet.write({ stack: "shed", address: "slow.test" });
    const running = start("up", "--stacks", "shed,attic", "--parallel", "1", "--json");
    await updating("shed");
    process.kill(-(running.pid as number), "SIGINT");
    const { exitCode, stdout, stderr } = await running;
    expect(stderr).toContain("SIGINT: no new host is started");
    expect(told(stdout)).toEqual({
      shed: "cancelled: cancelled in an orderly way",
      attic: "not started: cancelled",
    });
    expect(exitCode).toBe(1);
    // In an orderly way: nothing is locked and nothing is pending, so the next run goes through.
    await fleet.write({ stack: "shed", address: "shed.test" });
    const resumed = await start("up", "--resume", "--json");
    expect(told(resumed.stdout)).toMatchObject({ attic: "ok: no changes" });
    expect(told(resumed.stdout).shed).toMatch(/^ok: /);
  });
});

/** Until the host's log says that a resource is being made. */
async function updating(stack: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const logs = await filesBelow(join(fleet.directory, ".fleet"));
    const log = logs.find((path) => path.endsWith(`${stack}.log`));
    if (log && (await readFile(log, "utf8")).includes("creating")) return;
    if (Date.now() > deadline) throw new Error(`${stack} does not begin`);
    await sleep(200);
  }
}

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
