import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { diffInputs } from "../engine/diff.ts";
import type { ResourceDouble } from "../engine/provider.ts";
import { refuseOthers } from "../engine/schema.ts";
import { bags, drift, given, labelMap, labelsOf, normaliseSets, text } from "../engine/shapes.ts";
import type { Bag } from "../engine/values.ts";
import { type DockerClient, message } from "./client.ts";

/** How long a network that still has containers is waited for, and how often it is tried, as in the real provider. */
const REMOVE_SECONDS = 30;
const REMOVE_AGAIN_MS = 5000;
const STILL_HELD = `timeout while waiting for state to become 'removed' (last state: 'pending', timeout: ${REMOVE_SECONDS}s)`;

/** Asks the engine for a network of these inputs. */
export function networkOptions(inputs: Bag): Docker.NetworkCreateOptions {
  const Config = bags(inputs.ipamConfigs).map(
    ({ subnet, gateway }) => given({ Subnet: text(subnet), Gateway: text(gateway) }) as never,
  );
  return given({
    Name: String(inputs.name),
    CheckDuplicate: true,
    Driver: text(inputs.driver),
    Internal: inputs.internal === true,
    Labels: labelMap(inputs.labels),
    IPAM: { Driver: "default", Config },
  });
}

/** A network as the real provider reads it back. */
function networkState({ Name, Driver, Internal, Scope, Labels, IPAM }: Docker.NetworkInspectInfo) {
  const configs = (IPAM?.Config ?? []) as Bag[];
  return {
    name: Name,
    driver: Driver,
    internal: Internal,
    scope: Scope,
    labels: labelsOf(Labels ?? {}),
    ipamConfigs: configs.map(({ Subnet, Gateway }) => ({ subnet: Subnet, gateway: Gateway })),
  };
}

/**
 * The network, or nothing: the real provider takes every error for "not found", also a host that can't be
 * reached. So a refresh drops the network from the state then, and a deletion is content.
 */
async function inspect(docker: Docker, id: string): Promise<Docker.NetworkInspectInfo | undefined> {
  const network = docker.getNetwork(id);
  return network.inspect().catch(() => undefined);
}

function heldByEndpoints(error: unknown): true {
  if (message(error).includes("has active endpoints")) return true;
  throw new Error(message(error));
}

/** Waits for endpoints to go; what it was that held the network, the real provider does not say. */
async function remove(docker: Docker, id: string): Promise<void> {
  const deadline = Date.now() + REMOVE_SECONDS * 1000;
  for (;;) {
    if (!(await inspect(docker, id))) return;
    const removed = docker.getNetwork(id).remove();
    if (!(await removed.then(() => false, heldByEndpoints))) return;
    if (Date.now() > deadline) throw new Error(STILL_HELD);
    await sleep(REMOVE_AGAIN_MS);
  }
}

/** Subnets that the program leaves to the engine, which an import reads as an input. */
function chosenByEngine({ ipamConfigs }: Bag): Bag {
  return given({ ipamConfigs });
}

/** `docker:index/network:Network`: any change makes a new one, after the old one is gone. */
export const network: ResourceDouble<DockerClient> = {
  schema: {
    inputs: ["driver", "internal", "ipamConfigs", "labels", "name"],
    computed: ["scope"],
    autoName: "name",
  },
  computedOnUpdate: "kept",
  check: ({ ipamConfigs }) =>
    bags(ipamConfigs).flatMap((config, index) =>
      refuseOthers(config, ["gateway", "subnet"], `ipamConfigs[${index}]`),
    ),
  diff: (olds, news) =>
    diffInputs(
      olds,
      { ...chosenByEngine(olds), ...news },
      {
        replaces: () => true,
        deleteBeforeReplace: true,
        normalise: (key, value) => normaliseSets(value, ["labels", "ipamConfigs"].includes(key)),
      },
    ),

  async create(inputs, { client }) {
    const created = await client.docker.createNetwork(networkOptions(inputs)).catch((error) => {
      throw new Error(`Unable to create network: ${message(error)}`);
    });
    const live = await inspect(client.docker, created.id);
    // It is on the host and in no state then.
    if (!live) throw new Error(`network ${created.id} was created and can't be read back`);
    return { id: created.id, outs: networkState(live) };
  },

  async read(id, state, inputs, { client }) {
    const found = await inspect(client.docker, id);
    if (!found) return undefined;
    const live = networkState(found);
    return {
      outs: { ...state, ...live },
      inputs: { ...inputs, ...drift(state, live, ["scope"]) },
    };
  },

  delete: (id, _state, { client }) => remove(client.docker, id),
};
