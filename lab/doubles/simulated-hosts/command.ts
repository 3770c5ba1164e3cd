import { hostFaultsMessage } from "../../../checks/host/check.ts";
import type { ChecksRequest } from "../../../checks/host/request.ts";
import type { CommandClient, Runner } from "../command/lifecycle.ts";
import { localCommand } from "../command/local.ts";
import { commandDouble } from "../command/main.ts";
import { remoteCommand } from "../command/remote.ts";
import type { ProviderDouble } from "../engine/provider.ts";
import { isBag } from "../engine/values.ts";
import { type Delay, REFUSES_SSH } from "./docker.ts";

/** What a host of such an address does; every other host does as it is told. */
const ECHOES_INPUT = /^echoes-input\b/;
const REFUSES_CONFIGURATION = /^refuses-configuration\b/;

/** The resource whose script puts a configuration in place and has Alloy load it. */
const INSTALLS = /::alloy-files-config$/;

/** The resource whose script puts a secret in place. */
const WRITES_SECRET = /::alloy-files-secret-/;

/**
 * The double of `command`: the real one's rules, and no process behind it. On the operator's machine the program
 * runs the checks of a host and of the sinks.
 */
export function simulatedCommand(delay: Delay): ProviderDouble<CommandClient> {
  const onHost: Runner = async (command, { connection, stdin }, { urn }) => {
    const host = isBag(connection) ? String(connection.host) : "";
    await delay(host);
    if (REFUSES_SSH.test(host)) throw new Error(`after 10 failed attempts: ${refused(host)}`);
    if (ECHOES_INPUT.test(host) && WRITES_SECRET.test(urn)) {
      throw new Error(failed(command, `${stdin}\ncannot write the file`));
    }
    if (REFUSES_CONFIGURATION.test(host) && INSTALLS.test(urn)) {
      throw new Error(failed(command, "Alloy refuses the new configuration: the old one runs on."));
    }
    return { stdout: "", stderr: "" };
  };
  const onMachine: Runner = async (command, { stdin }, { signal }) => {
    const { request } = JSON.parse(String(stdin)) as { request?: ChecksRequest };
    // The sinks take everything.
    if (!request) return { stdout: "taken", stderr: "" };
    const { connection, name } = request.host;
    const address = connection.type === "ssh" ? connection.address : "";
    await delay(address, signal);
    if (!REFUSES_SSH.test(address)) return { stdout: "", stderr: "" };
    const path = "host.connection.address";
    const fault = { path, reason: refused(address), fix: `ssh ${address}` };
    throw new Error(failed(command, hostFaultsMessage(name, [fault])));
  };
  return {
    ...commandDouble,
    resources: {
      "command:local:Command": localCommand(onMachine),
      "command:remote:Command": remoteCommand(onHost),
    },
  };
}

/** As Go's dialler says it. */
function refused(address: string): string {
  return `dial tcp ${address}:22: connect: connection refused`;
}

/** As the command provider says it: how the command ended, which one it was, what it printed. */
function failed(command: string, printed: string): string {
  return `Process exited with status 1: running ${JSON.stringify(command)}:\n${printed}`;
}
