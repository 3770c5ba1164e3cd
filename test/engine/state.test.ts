import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { processesOf } from "../../lab/processes.ts";
import { SECRETS, type SimulatedFleet, simulatedFleet } from "../../lab/simulated-fleet.ts";
import { emulatedS3, type ObjectStore } from "./support/object-store.ts";

/** No other process on this machine has it on its command line. */
const shed = `shed-${randomBytes(4).toString("hex")}`;
const hosts = [
  { stack: "attic", address: "attic.test" },
  { stack: shed, address: "slow.test" },
];

const backends: [name: string, store?: () => Promise<ObjectStore>][] = [
  ["files"],
  ["S3 (emulated)", emulatedS3],
];

describe.each(backends)("state in %s", (_name, makeStore) => {
  let store: ObjectStore | undefined;
  let fleet: SimulatedFleet;

  beforeAll(async () => {
    store = await makeStore?.();
    fleet = await simulatedFleet(hosts, 5, store);
  });
  afterAll(async () => {
    await fleet?.close();
    await store?.stop();
  });

  type Environment = Record<string, string | undefined>;
  const run = (program: string, args: string[], env: Environment = {}, input = "") => {
    const options = { cwd: fleet.directory, env: { ...fleet.env, ...env }, input };
    return execa(program, args, { ...options, reject: false });
  };
  const pulumi = (args: string[], env?: Environment, input?: string) =>
    run("pulumi", args, env, input);
  const start = (action: string, stack: string, env?: Environment) =>
    run("node", ["cli/fleet/main.ts", action, "--stacks", stack, "--json"], env);
  const up = async (stack: string) => {
    const { stdout } = await start("up", stack);
    const [{ state, sentence }] = JSON.parse(stdout);
    return `${state}: ${sentence}`;
  };

  test("`pulumi login` finds its stacks", async () => {
    // A login of its own, not the operator's.
    const home = { PULUMI_HOME: await mkdtemp(join(tmpdir(), "pulumi-home-")) };
    const url = fleet.env.PULUMI_BACKEND_URL ?? "";
    const own = { ...home, PULUMI_BACKEND_URL: undefined };
    expect((await pulumi(["login", url], own)).exitCode).toBe(0);
    const { stdout } = await pulumi(["stack", "ls", "--json"], own);
    expect(JSON.parse(stdout).map(({ name }: { name: string }) => name)).toEqual(["attic", shed]);
  });

  test("an update, and a second one that finds nothing to do", async () => {
    expect(await up("attic")).toMatch(/^ok: \d+ created$/);
    expect(await up("attic")).toBe("ok: no changes");
  });

  test("at rest no secret is in plain, neither in the state nor in the stack file", async () => {
    const { stdout } = await pulumi(["stack", "export", "--stack", "attic"]);
    expect(stdout).toContain('"ciphertext"');
    const files = [
      ...(await filesBelow(store?.directory ?? fleet.state)),
      join(fleet.directory, "Pulumi.attic.yaml"),
    ];
    const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
    // It is looked at where the state is: what is public is there in plain.
    expect(texts.some((text) => text.includes("alloy-socket-proxy-container"))).toBe(true);
    for (const secret of Object.values(SECRETS)) {
      expect(texts.filter((text) => text.includes(secret))).toEqual([]);
    }
  });

  test("the lock: a second update is refused; one left by a killed update is removed by `pulumi cancel`", async () => {
    const first = start("up", shed);
    const cli = await updating(fleet, shed);
    expect(await up(shed)).toMatch(
      /^failed: the stack is currently locked by 1 lock\(s\)\. Either wait for the other process\(es\) to end or delete the lock file with `pulumi cancel`\.$/,
    );
    process.kill(cli, "SIGKILL");
    expect(JSON.parse((await first).stdout)).toMatchObject([{ stack: shed, state: "failed" }]);
    await fleet.write({ stack: shed, address: "shed.test" });
    expect(await up(shed)).toMatch(/^failed: the stack is currently locked by 1 lock/);
    expect(await pulumi(["cancel", "--yes", "--stack", shed])).toMatchObject({ exitCode: 0 });
    expect(await up(shed)).toMatch(/^ok: /);
  });

  test.runIf(makeStore)("moves to files with `stack export` and `import`", async () => {
    const root = await mkdtemp(join(tmpdir(), "moved-"));
    const moved = { PULUMI_BACKEND_URL: `file://${root}` };
    const file = join(root, "attic.json");
    for (const [args, env] of [
      [["stack", "export", "--stack", "attic", "--file", file], {}],
      [["stack", "init", "--no-select", "attic"], moved],
      [["stack", "import", "--stack", "attic", "--file", file], moved],
    ] as const) {
      expect(await pulumi([...args], env)).toMatchObject({ exitCode: 0 });
    }
    const { stdout } = await start("preview", "attic", moved);
    expect(JSON.parse(stdout)).toMatchObject([{ stack: "attic", sentence: "no changes" }]);
  });

  test("the passphrase is replaced over standard input; the old one opens nothing", async () => {
    const change = ["stack", "change-secrets-provider", "passphrase", "--stack", "attic"];
    const input = "another-passphrase";
    expect(await pulumi(change, {}, input)).toMatchObject({ exitCode: 0 });
    const get = ["config", "get", "grafana-alloy:logsPassword", "--stack", "attic"];
    const { stdout } = await pulumi(get, { PULUMI_CONFIG_PASSPHRASE: input });
    expect(stdout).toBe(SECRETS.logsPassword);
    const { exitCode, stderr } = await pulumi(get);
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain("incorrect passphrase");
  });
});

/** Waits until an update is making resources; answers its CLI's process. */
async function updating(fleet: SimulatedFleet, stack: string): Promise<number> {
  const deadline = Date.now() + 120_000;
  while (Date.now() < deadline) {
    const logs = await filesBelow(join(fleet.directory, ".fleet"));
    const log = logs.find((path) => path.endsWith(`${stack}.log`));
    if (log && (await readFile(log, "utf8")).includes("creating")) {
      const [cli] = await processesOf("pulumi", stack);
      if (cli) return cli;
    }
    await sleep(200);
  }
  throw new Error(`the update of ${stack} does not begin`);
}

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
