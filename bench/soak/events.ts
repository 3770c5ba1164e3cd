import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { privateEngine } from "../../lab/docker-engine/daemon.ts";
import type { Lab } from "../../lab/lab.ts";
import type { StackSettings } from "../../lab/stack.ts";
import { LAB_LABEL } from "../../lab/world/networks.ts";
import { GATEWAY } from "../../lab/world/sinks.ts";
import { SHORT_LIVED_LABEL } from "./writers.ts";

/** What happens to a host or to its sinks. */
export interface Event {
  name: string;
  cause(host: Host): Promise<unknown>;
  /** What may be sent again of a container's log: the lines of so many seconds, or all that it had written. */
  again: number | "all";
}

export interface Host {
  lab: Lab;
  docker: Docker;
  settings: StackSettings;
}

/** How long the sinks are away, in s. */
const OUTAGE = 40;
/** How long the agent is stopped, in s. */
const STOPPED = 20;

const agent = ({ docker }: Host) => docker.getContainer("alloy");

async function stopAgent(host: Host): Promise<void> {
  await agent(host).stop({ t: 30 });
  await sleep(STOPPED * 1000);
  await agent(host).start();
}

async function killAgent(host: Host): Promise<void> {
  const { State } = await agent(host).inspect();
  // Not by Docker, which would not start it again.
  process.kill(State.Pid, "SIGKILL");
}

async function loseSinks({ docker }: Host, meanwhile: () => Promise<unknown>): Promise<void> {
  const sinks = docker.getContainer(GATEWAY);
  await sinks.stop();
  await meanwhile();
  await sinks.start();
}

/** A new password for both sinks; they still take the old one. */
async function rotateToken({ lab, settings }: Host): Promise<void> {
  const password = `glc_soak_${randomBytes(9).toString("hex")}`;
  await lab.acceptToken(password);
  const rotated = { ...settings, metricsPassword: password, logsPassword: password };
  await (await lab.stack("local", rotated)).up();
}

/**
 * As a machine's init does. What Docker did not start again is started: the sinks, which have no policy, and who shares
 * the network of a container that came up later.
 */
async function restartDaemon({ docker }: Host): Promise<void> {
  await privateEngine.restart("stopped");
  const filters = { label: [`${LAB_LABEL}=true`], status: ["exited"] };
  const ended = await docker.listContainers({ all: true, filters });
  const lasting = ended.filter(({ Labels }) => Labels[SHORT_LIVED_LABEL] === undefined);
  await Promise.all(lasting.map(({ Id }) => docker.getContainer(Id).start()));
}

/** Each fault by itself. What may be sent again is what docs/signals.md says. */
export const EVENTS: readonly Event[] = [
  { name: `agent stopped for ${STOPPED} s`, cause: stopAgent, again: 1 },
  {
    name: "socket proxy restarted",
    cause: ({ docker }) => docker.getContainer("alloy-docker-proxy").restart(),
    again: 1,
  },
  {
    name: `sinks away for ${OUTAGE} s`,
    cause: (host) => loseSinks(host, () => sleep(OUTAGE * 1000)),
    again: 0,
  },
  { name: "token rotated", cause: rotateToken, again: 0 },
  // Positions are written every 10 s.
  { name: "agent killed", cause: killAgent, again: 12 },
  { name: "Docker's daemon restarted", cause: restartDaemon, again: "all" },
];

/** Two faults at once: the sinks go first, so that the agent holds lines that it can't send. */
export const COMBINATION: Event = {
  name: `sinks away, and after ${OUTAGE} s the agent stopped for ${STOPPED} s`,
  cause: (host) =>
    loseSinks(host, async () => {
      await sleep(OUTAGE * 1000);
      await stopAgent(host);
    }),
  again: 1,
};
