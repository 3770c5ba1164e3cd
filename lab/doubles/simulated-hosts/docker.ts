import { randomBytes } from "node:crypto";
import { container } from "../docker/container.ts";
import { withDefaults } from "../docker/container-schema.ts";
import { remoteImage } from "../docker/image.ts";
import { network } from "../docker/network.ts";
import type { ProviderDouble, ResourceDouble } from "../engine/provider.ts";
import type { Bag } from "../engine/values.ts";

/** The address of a host that nothing listens on. */
export const REFUSES_SSH = /^refuses-ssh\b/;

/** Waits as long as an operation on that host takes; with a signal, rejects when the engine cancels it. */
export type Delay = (address: string, signal?: AbortSignal) => Promise<unknown>;

export interface SimulatedHost {
  address: string;
  /** `network alloy-backend` and the like, of all that exists there, whatever any state knows. */
  names: Set<string>;
}

/** The engine's words for a name that is taken. */
const TAKEN: Record<string, (name: string) => string> = {
  network: (name) =>
    `Unable to create network: Error response from daemon: network with name ${name} already exists`,
  container: (name) =>
    `Unable to create container: Error response from daemon: Conflict. The container name "/${name}" is already in use`,
};

/** The double of `docker`. As with the real one, what an engine has asked for is done, though it is interrupted. */
export function simulatedDocker(
  delay: Delay,
  machines = new Map<string, SimulatedHost>(),
): ProviderDouble<SimulatedHost> {
  const machine = (address: string) => {
    const known = machines.get(address) ?? { address, names: new Set() };
    machines.set(address, known);
    return known;
  };
  const simulate = <Client>(
    kind: string,
    type: ResourceDouble<Client>,
    computed: (inputs: Bag) => Bag,
  ): ResourceDouble<SimulatedHost> => ({
    schema: type.schema,
    computedOnUpdate: type.computedOnUpdate,
    check: type.check,
    diff: type.diff,
    async create(inputs, { client: { address, names } }) {
      await delay(address);
      if (REFUSES_SSH.test(address)) throw new Error(unreachable(address));
      const taken = TAKEN[kind];
      const name = `${kind} ${inputs.name}`;
      if (taken && names.has(name)) throw new Error(taken(String(inputs.name)));
      names.add(name);
      return { id: randomBytes(32).toString("hex"), outs: { ...inputs, ...computed(inputs) } };
    },
    async read(_id, state, inputs, { client }) {
      await delay(client.address);
      if (!REFUSES_SSH.test(client.address)) return { outs: state, inputs };
      // A network's read takes every error for "not found".
      if (kind === "network") return undefined;
      throw new Error(unreachable(client.address));
    },
    async update(_id, state, news, { client }) {
      await delay(client.address);
      return { ...state, ...news };
    },
    async delete(_id, state, { client: { address, names } }) {
      await delay(address);
      names.delete(`${kind} ${state.name}`);
    },
  });
  return {
    name: "docker",
    version: "5.2.0",
    config: ["host", "sshOpts", "disableDockerDaemonCheck", "registryAuth"],
    configure: async ({ host }) => machine(new URL(String(host)).hostname),
    resources: {
      "docker:index/container:Container": simulate("container", container, (inputs) => ({
        ...withDefaults(inputs),
        bridge: "",
        containerLogs: "",
        exitCode: 0,
        networkDatas: [],
      })),
      "docker:index/network:Network": simulate("network", network, () => ({ scope: "local" })),
      "docker:index/remoteImage:RemoteImage": simulate("image", remoteImage, ({ name }) => ({
        imageId: `sha256:${String(name).split("sha256:")[1] ?? "0"}`,
        repoDigest: String(name),
      })),
    },
    functions: {},
  };
}

/** As the Docker provider says it. */
function unreachable(address: string): string {
  return (
    'error during connect: Get "http://docker.example.com/images/json": ' +
    `command [ssh -- ${address} docker system dial-stdio] has exited with exit status 255, ` +
    "make sure the URL is valid, and Docker 18.09 or later is installed on the remote host: " +
    `stderr=ssh: connect to host ${address} port 22: Connection refused`
  );
}
