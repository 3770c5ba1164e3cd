import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { hostFaultsMessage } from "../../components/host-checks/check.ts";
import type { ChecksRequest } from "../../components/host-checks/request.ts";
import { commandDouble } from "./command.ts";
import { type CommandClient, uniqueId } from "./command-lifecycle.ts";
import { localCommand } from "./command-local.ts";
import { remoteCommand } from "./command-remote.ts";
import { container } from "./docker-container.ts";
import { withDefaults } from "./docker-container-schema.ts";
import { remoteImage } from "./docker-image.ts";
import { network } from "./docker-network.ts";
import type { ProviderDouble, ResourceDouble } from "./provider.ts";
import { listen } from "./serve.ts";
import { type Bag, isBag } from "./values.ts";

/**
 * Simulated hosts: no machine, no Docker engine and no SSH server is behind these doubles of `docker` and
 * `command`. What they check and when they replace is what the lab's real doubles do; to make, change or
 * remove something takes `delay` and nothing else. For measuring and testing many hosts on one machine.
 */
interface SimulatedHost {
  address: string;
}

/** What a host of such an address does; every other host does as it is told. */
const SLOW = /^slow\b/;
const REFUSES_SSH = /^refuses-ssh\b/;
const ECHOES_INPUT = /^echoes-input\b/;
const REFUSES_CONFIGURATION = /^refuses-configuration\b/;

/** The resource whose script puts a configuration in place and has Alloy load it. */
const INSTALLS = /::alloy-files-config$/;

/** The resource whose script puts a secret in place. */
const WRITES_SECRET = /::alloy-files-secret-/;

/** What an operation of a slow host takes, in ms: long enough to be cancelled in. */
const SLOW_MILLISECONDS = 30_000;

/** Waits as long as an operation on that host takes; rejects when the engine cancels it. */
type Delay = (address: string, signal: AbortSignal) => Promise<unknown>;

function simulatedDocker(delay: Delay): ProviderDouble<SimulatedHost> {
  const simulate = <Client>(
    type: ResourceDouble<Client>,
    computed: (inputs: Bag) => Bag,
  ): ResourceDouble<SimulatedHost> => ({
    schema: type.schema,
    computedOnUpdate: type.computedOnUpdate,
    check: type.check,
    diff: type.diff,
    async create(inputs, { client: { address }, signal }) {
      await delay(address, signal);
      if (REFUSES_SSH.test(address)) throw new Error(`error during connect: ${refused(address)}`);
      return { id: randomBytes(32).toString("hex"), outs: { ...inputs, ...computed(inputs) } };
    },
    async read(_id, state, inputs, { client, signal }) {
      await delay(client.address, signal);
      return { outs: state, inputs };
    },
    async update(_id, state, news, { client, signal }) {
      await delay(client.address, signal);
      return { ...state, ...news };
    },
    delete: async (_id, _state, { client, signal }) => void (await delay(client.address, signal)),
  });
  return {
    name: "docker",
    version: "5.2.0",
    config: ["host", "sshOpts", "disableDockerDaemonCheck", "registryAuth"],
    configure: async ({ host }) => ({ address: new URL(String(host)).hostname }),
    resources: {
      "docker:index/container:Container": simulate(container, (inputs) => ({
        ...withDefaults(inputs),
        bridge: "",
        containerLogs: "",
        exitCode: 0,
        networkDatas: [],
      })),
      "docker:index/network:Network": simulate(network, () => ({ scope: "local" })),
      "docker:index/remoteImage:RemoteImage": simulate(remoteImage, ({ name }) => ({
        imageId: `sha256:${String(name).split("sha256:")[1] ?? "0"}`,
        repoDigest: String(name),
      })),
    },
    functions: {},
  };
}

function simulatedCommand(delay: Delay): ProviderDouble<CommandClient> {
  const run = async (inputs: Bag, urn: string, signal: AbortSignal): Promise<Bag> => {
    const host = isBag(inputs.connection) ? String(inputs.connection.host) : "";
    await delay(host, signal);
    if (REFUSES_SSH.test(host)) throw new Error(refused(host));
    if (ECHOES_INPUT.test(host) && WRITES_SECRET.test(urn)) {
      throw new Error(failed(inputs, `${inputs.stdin}\ncannot write the file`));
    }
    if (REFUSES_CONFIGURATION.test(host) && INSTALLS.test(urn)) {
      throw new Error(failed(inputs, "Alloy refuses the new configuration: the old one runs on."));
    }
    return { stdout: "", stderr: "" };
  };
  return {
    ...commandDouble,
    resources: {
      "command:local:Command": {
        ...localCommand,
        create: async (inputs, { urn, signal }) => ({
          id: uniqueId(urn),
          outs: { ...inputs, ...(await runLocal(delay, inputs, signal)) },
        }),
        update: async (_id, state, news, { signal }) => ({
          ...state,
          ...news,
          ...(await runLocal(delay, news, signal)),
        }),
        delete: async () => undefined,
      },
      "command:remote:Command": {
        ...remoteCommand,
        create: async (inputs, { urn, signal }) => ({
          id: uniqueId(urn),
          outs: { ...inputs, ...(await run(inputs, urn, signal)) },
        }),
        update: async (_id, state, news, { urn, signal }) => ({
          ...state,
          ...news,
          ...(await run(news, urn, signal)),
        }),
        delete: async (_id, state, { urn, signal }) => void (await run(state, urn, signal)),
      },
    },
    functions: {},
  };
}

/** The program's commands on the operator's machine: the checks of a host, and of the sinks, which take everything. */
async function runLocal(delay: Delay, inputs: Bag, signal: AbortSignal): Promise<Bag> {
  const { request } = JSON.parse(String(inputs.stdin)) as { request?: ChecksRequest };
  if (!request) return { stdout: "taken", stderr: "" };
  const { connection, name } = request.host;
  const address = connection.type === "ssh" ? connection.address : "";
  await delay(address, signal);
  if (!REFUSES_SSH.test(address)) return { stdout: "", stderr: "" };
  const path = "host.connection.address";
  const fault = { path, reason: refused(address), fix: `ssh ${address}` };
  throw new Error(failed(inputs, hostFaultsMessage(name, [fault])));
}

/** As Go's dialler says it. */
function refused(address: string): string {
  return `dial tcp: connect to ${address}:22: connection refused`;
}

/** As the command provider says it: how the command ended, which one it was, what it printed. */
function failed(inputs: Bag, printed: string): string {
  return `Process exited with status 1: running ${JSON.stringify(inputs.create)}:\n${printed}`;
}

/** Prints what PULUMI_DEBUG_PROVIDERS wants, and ends when standard input closes. */
if (import.meta.main) {
  const milliseconds = Number(process.argv[2] ?? 0);
  const delay: Delay = (address, signal) =>
    sleep(SLOW.test(address) ? SLOW_MILLISECONDS : milliseconds, undefined, { signal });
  const ports = [await listen(simulatedDocker(delay)), await listen(simulatedCommand(delay))];
  console.log(`docker:${ports[0]},command:${ports[1]}`);
}
