import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { diffInputs } from "./diff.ts";
import { type DockerClient, isMissing, message } from "./docker-client.ts";
import { type CallContext, PartialCreateError, type ResourceDouble } from "./provider.ts";
import { checkNested } from "./schema.ts";
import { drift, labelMap, labelsOf, normaliseSets, strings } from "./shapes.ts";
import { type Bag, isBag } from "./values.ts";

/** How long a network that still has containers is waited for, as in the real provider. */
const REMOVE_SECONDS = 30;

/** Asks the engine for a network of these inputs. */
export function networkOptions(inputs: Bag): Docker.NetworkCreateOptions {
  const configs = Array.isArray(inputs.ipamConfigs) ? inputs.ipamConfigs.filter(isBag) : [];
  return {
    Name: String(inputs.name),
    CheckDuplicate: true,
    ...(inputs.driver ? { Driver: String(inputs.driver) } : {}),
    Internal: inputs.internal === true,
    Attachable: inputs.attachable === true,
    Ingress: inputs.ingress === true,
    EnableIPv6: inputs.ipv6 === true,
    Options: strings(inputs.options),
    Labels: labelMap(inputs.labels),
    IPAM: {
      Driver: String(inputs.ipamDriver ?? "default"),
      Options: strings(inputs.ipamOptions),
      Config: configs.map(ipamConfig),
    },
  } as Docker.NetworkCreateOptions;
}

function ipamConfig({ subnet, gateway, ipRange, auxAddress }: Bag) {
  return {
    ...(subnet ? { Subnet: String(subnet) } : {}),
    ...(gateway ? { Gateway: String(gateway) } : {}),
    ...(ipRange ? { IPRange: String(ipRange) } : {}),
    ...(auxAddress ? { AuxAddress: strings(auxAddress) } : {}),
  } as { [key: string]: string };
}

/** A network as the real provider reads it back. */
export function networkState(network: Docker.NetworkInspectInfo): Bag {
  const configs = (network.IPAM?.Config ?? []) as Bag[];
  return {
    name: network.Name,
    driver: network.Driver,
    internal: network.Internal,
    attachable: network.Attachable,
    ingress: network.Ingress,
    ipv6: network.EnableIPv6,
    ipamDriver: network.IPAM?.Driver ?? "default",
    scope: network.Scope,
    options: network.Options ?? {},
    labels: labelsOf(network.Labels ?? {}),
    ipamConfigs: configs.map(({ Subnet, Gateway, IPRange, AuxiliaryAddresses }) => ({
      subnet: Subnet,
      gateway: Gateway,
      ...(IPRange ? { ipRange: IPRange } : {}),
      ...(AuxiliaryAddresses ? { auxAddress: AuxiliaryAddresses } : {}),
    })),
  };
}

async function remove(id: string, { client, signal }: CallContext<DockerClient>): Promise<void> {
  const deadline = Date.now() + REMOVE_SECONDS * 1000;
  for (;;) {
    try {
      await client.docker.getNetwork(id).remove();
      return;
    } catch (error) {
      if (isMissing(error)) return;
      const busy = message(error).includes("has active endpoints");
      if (!busy || Date.now() > deadline || signal.aborted) throw new Error(message(error));
      await sleep(1000);
    }
  }
}

/** `docker:index/network:Network`: any change makes a new one, after the old one is gone. */
export const network: ResourceDouble<DockerClient> = {
  schema: {
    inputs: [
      "attachable",
      "driver",
      "ingress",
      "internal",
      "ipamConfigs",
      "ipamDriver",
      "ipamOptions",
      "ipv6",
      "labels",
      "name",
      "options",
    ],
    required: [],
    computed: ["scope"],
    autoName: "name",
  },
  computedOnUpdate: "kept",
  check: (inputs) =>
    (Array.isArray(inputs.ipamConfigs) ? inputs.ipamConfigs.filter(isBag) : []).flatMap(
      (config, index) =>
        checkNested(`ipamConfigs[${index}]`, config, {
          inputs: ["auxAddress", "gateway", "ipRange", "subnet"],
          required: [],
        }),
    ),
  diff: (olds, news) =>
    diffInputs(olds, news, {
      replaces: () => true,
      deleteBeforeReplace: true,
      normalise: (key, value) => normaliseSets(value, ["labels", "ipamConfigs"].includes(key)),
    }),

  async create(inputs, { client }) {
    const created = await client.docker.createNetwork(networkOptions(inputs)).catch((error) => {
      throw new Error(`Unable to create network: ${message(error)}`);
    });
    try {
      return { id: created.id, outs: networkState(await created.inspect()) };
    } catch (error) {
      throw new PartialCreateError(created.id, inputs, message(error));
    }
  },

  async read(id, state, inputs, { client }) {
    try {
      const live = networkState(await client.docker.getNetwork(id).inspect());
      const drifted = drift(state, live, ["scope"]);
      return { outs: { ...state, ...live }, inputs: { ...inputs, ...drifted } };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw new Error(message(error));
    }
  },

  delete: (id, _state, context) => remove(id, context),
};
