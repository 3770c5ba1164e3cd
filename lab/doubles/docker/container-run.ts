import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { bags, stringList } from "../engine/shapes.ts";
import type { Bag } from "../engine/values.ts";
import { message } from "./client.ts";

const POLL_MS = 250;

/** Takes the container off the default network and connects it to those that were asked for. */
export async function connectNetworks(docker: Docker, id: string, inputs: Bag): Promise<void> {
  const networks = bags(inputs.networksAdvanced);
  if (networks.length === 0) return;
  try {
    await docker.getNetwork("bridge").disconnect({ Container: id });
  } catch (error) {
    if (!message(error).includes("is not connected to")) {
      throw new Error(`Unable to disconnect the default network: ${message(error)}`);
    }
  }
  for (const network of networks) {
    await connectNetwork(docker, id, network);
  }
}

async function connectNetwork(docker: Docker, id: string, network: Bag): Promise<void> {
  const { name, aliases, ipv4Address } = network;
  try {
    await docker.getNetwork(String(name)).connect({
      Container: id,
      EndpointConfig: {
        Aliases: stringList(aliases),
        IPAMConfig: ipv4Address ? { IPv4Address: String(ipv4Address) } : {},
      },
    });
  } catch (error) {
    throw new Error(`Unable to connect to network '${name}': ${message(error)}`);
  }
}

/**
 * Waits until the health check says healthy. That a container is unhealthy or has ended does not shorten the
 * wait, and why it is so is not told: as in the real provider.
 */
export async function waitHealthy(container: Docker.Container, seconds: number): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (Date.now() < deadline) {
    const { State } = await container.inspect();
    if (!State.Health || State.Health.Status === "none") {
      throw new Error("container has no healthcheck, which `wait` needs");
    }
    if (State.Health.Status === "healthy") return;
    await sleep(POLL_MS);
  }
  throw new Error("container failed to be in healthy state");
}

/** Waits for the end; gives the output if `logs` was set. */
export async function waitExit(
  container: Docker.Container,
  logs: boolean,
): Promise<string | undefined> {
  try {
    await container.wait();
  } catch (error) {
    throw new Error(`Unable to wait container end of execution: ${message(error)}`);
  }
  if (!logs) return undefined;
  return demultiplex(await container.logs({ stdout: true, stderr: true, follow: false }));
}

/** Docker frames each piece of output: 8 bytes, the last 4 its length (API docs, "stream format"). */
export function demultiplex(buffer: Buffer): string {
  let text = "";
  for (let at = 0; at + 8 <= buffer.length; ) {
    const end = at + 8 + buffer.readUInt32BE(at + 4);
    text += buffer.subarray(at + 8, end).toString();
    at = end;
  }
  return text;
}
