import { isDeepStrictEqual } from "node:util";
import type { SimulatedHost } from "../../lab/simulated-fleet.ts";
import { type FreshFleet, freshFleet, simulatedHosts } from "./hosts.ts";
import { type Measured, measure } from "./measure.ts";

const FLEET = "cli/fleet/main.ts";

/** Hosts that fail, each in another way, and what the table has to say about them. */
const FAILING: readonly (SimulatedHost & { why: RegExp })[] = [
  {
    stack: "host07",
    address: "refuses-ssh.test",
    why: /^host-checks: Host host07: 1 fault, nothing was changed: host\.connection\.address: .*connection refused$/,
  },
  {
    stack: "host23",
    address: "refuses-configuration.test",
    why: /^alloy-files-config: .*Alloy refuses the new configuration: the old one runs on\.$/,
  },
  {
    stack: "host41",
    address: "host41.test",
    withoutHostKey: true,
    why: /^Stack host41: 1 fault in the configuration, nothing was changed: host\.connection\.hostKey: is missing$/,
  },
];

interface Row {
  stack: string;
  state: string;
  sentence: string;
}

export interface Proof {
  first: Measured;
  resumed: Measured;
  /** The table as an operator sees it. */
  table: string;
}

/**
 * 50 hosts, 3 of which fail in different ways: all others succeed, the table and the exit code say so,
 * and a resumed run works on the 3 alone. Throws when any of it is otherwise.
 */
export async function proof(delay: number): Promise<Proof> {
  const hosts = simulatedHosts(50).map(
    (host) => FAILING.find(({ stack }) => stack === host.stack) ?? host,
  );
  const fleet = await freshFleet(hosts, delay);
  try {
    const first = await measure(fleet, FLEET, ["up"]);
    const record = await measure(fleet, FLEET, ["up", "--resume", "--json"]);
    expectThat("the first run ends with 1", first.exitCode === 1);
    expectThat("the table counts 47 and 3", first.stdout.endsWith("47 ok, 3 failed"));
    checkRows(rowsOf(record));
    for (const { stack } of FAILING) await fleet.write({ stack, address: `${stack}.test` });
    const resumed = await measure(fleet, FLEET, ["up", "--resume", "--json"]);
    expectThat("the resumed run ends with 0", resumed.exitCode === 0);
    expectThat("it works on the 3 alone", onlyFailing(rowsOf(resumed), "ok"));
    await expectDone(fleet);
    return { first, resumed, table: first.stdout };
  } finally {
    await fleet.close();
  }
}

/** Resumed while nothing was mended: the same 3 fail again, and each says why. */
function checkRows(rows: Row[]): void {
  expectThat("exactly the 3 fail", onlyFailing(rows, "failed"));
  for (const { stack, why } of FAILING) {
    const sentence = rows.find((row) => row.stack === stack)?.sentence ?? "";
    expectThat(`${stack} says why, not ${JSON.stringify(sentence)}`, why.test(sentence));
  }
}

function onlyFailing(rows: Row[], state: string): boolean {
  const wanted = FAILING.map(({ stack }) => ({ stack, state }));
  return isDeepStrictEqual(
    rows.map((row) => ({ stack: row.stack, state: row.state })),
    wanted,
  );
}

async function expectDone(fleet: FreshFleet): Promise<void> {
  const again = await measure(fleet, FLEET, ["up", "--resume", "--json"]);
  expectThat("nothing is left to resume", again.exitCode === 0 && rowsOf(again).length === 0);
}

function rowsOf({ stdout }: Measured): Row[] {
  return JSON.parse(stdout);
}

function expectThat(what: string, holds: boolean): void {
  if (!holds) throw new Error(`the proof fails: it does not hold that ${what}`);
}
