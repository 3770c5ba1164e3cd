import { type Check, checked, leftOpen } from "../../checks/host/check.ts";
import { type ChecksRequest, checksRequest } from "../../checks/host/request.ts";
import { isOlder } from "../../checks/host/version.ts";
import { OLDEST_PULUMI } from "../../config/oldest-pulumi.ts";
import { hostSettings, parseStack, readStack } from "../../config/parse.ts";
import { announced } from "../shared/progress.ts";
import type { PulumiCli } from "../shared/pulumi-cli.ts";
import { stackConfig } from "./stack-config.ts";

/** What the doctor looks at. */
export interface Machine {
  /** Version of the Node that runs this: `24.21.0`. */
  node: string;
  pulumi: PulumiCli;
  /** Looks at a host. */
  host(request: ChecksRequest, registryPassword?: string): Promise<Check[]>;
}

/** Oldest Node that strips the program's types itself. */
const OLDEST_NODE = "22.18";

/** All checks of this machine, of a stack's configuration and of its host. */
export async function doctor(
  stack: string,
  machine: Machine,
  say: (line: string) => void,
): Promise<Check[]> {
  const own = [nodeCheck(machine.node), await pulumiCheck(machine.pulumi)];
  if (own[1]?.fault) return own;
  const reading = `reading the configuration of ${stack}`;
  const read = () => stackConfig(machine.pulumi, stack).catch((error: Error) => error);
  const config = await announced(say, reading, read);
  if (config instanceof Error) return [...own, unreadable(config, stack)];
  const raw = readStack(config.values);
  const { faults } = parseStack(raw, (key) => config.secrets.has(key), stack);
  const settings = faults.map((fault) => checked("configuration", fault.path, fault));
  const before = [
    ...own,
    ...(settings.length > 0 ? settings : [checked("configuration", "valid")]),
  ];
  const known = hostSettings(raw);
  if (!known) return [...before, leftOpen("host", "skipped: fix its settings first")];
  const looking = `checking the host ${known.host.name}`;
  const look = () => machine.host(checksRequest(known, stack), known.registryPassword);
  return [...before, ...(await announced(say, looking, look))];
}

function nodeCheck(version: string): Check {
  const fix = `install Node.js ${OLDEST_NODE} or newer, https://nodejs.org/`;
  const reason = `is ${version}, older than ${OLDEST_NODE}`;
  return checked("node", version, isOlder(version, OLDEST_NODE) && { path: "node", reason, fix });
}

async function pulumiCheck(pulumi: PulumiCli): Promise<Check> {
  const fix = `install version ${OLDEST_PULUMI} or newer, https://www.pulumi.com/docs/install/`;
  return pulumi.run(["version"]).then(
    (answer) => {
      const version = answer.trim().replace(/^v/, "");
      const reason = `is ${version}, older than ${OLDEST_PULUMI}`;
      const old = isOlder(version, OLDEST_PULUMI) && { path: "pulumi", reason, fix };
      return checked("pulumi", version, old);
    },
    (error: Error) => checked("pulumi", "none", { path: "pulumi", reason: error.message, fix }),
  );
}

/** No such stack, no login to its backend, another passphrase: the CLI says which. */
function unreadable(error: Error, stack: string): Check {
  const fix = /no stack named|not found/i.test(error.message)
    ? `pulumi stack init ${stack}`
    : `see why: pulumi config --stack ${stack}`;
  return checked("configuration", "unreadable", { path: "stack", reason: error.message, fix });
}
