import { setTimeout as sleep } from "node:timers/promises";
import { listen } from "../engine/serve.ts";
import { simulatedCommand } from "./command.ts";
import { type Delay, type SimulatedHost, simulatedDocker } from "./docker.ts";

/**
 * Simulated hosts: no machine, no Docker engine and no SSH server is behind these doubles of `docker` and
 * `command`. What they check and when they replace is what the lab's real doubles do; to make, change or
 * remove something takes `delay`, and a name that is taken is refused. For measuring and testing many hosts
 * on one machine. What a host does is in its address.
 */
const SLOW = /^slow\b/;

/** What an operation of a slow host takes, in ms: long enough to be cancelled in. */
const SLOW_MILLISECONDS = 15_000;

/** Prints what PULUMI_DEBUG_PROVIDERS wants, empties all hosts on SIGHUP, and ends when standard input closes. */
if (import.meta.main) {
  const milliseconds = Number(process.argv[2] ?? 0);
  const delay: Delay = (address, signal) =>
    sleep(SLOW.test(address) ? SLOW_MILLISECONDS : milliseconds, undefined, { signal });
  const machines = new Map<string, SimulatedHost>();
  process.on("SIGHUP", () => machines.clear());
  const docker = await listen(simulatedDocker(delay, machines));
  const command = await listen(simulatedCommand(delay));
  console.log(`docker:${docker},command:${command}`);
}
