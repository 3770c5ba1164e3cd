import type { ChecksRequest } from "../../checks/host/request.ts";
import { shellLine } from "../../host-shell/shell.ts";
import { routeTo } from "../../host-shell/ssh.ts";
import {
  removeNetwork,
  type StandingNetwork,
  standingNetworks,
} from "../../host-shell/standing.ts";
import { containerNames, networkNames } from "../agent/names.ts";
import { disconnect, madeByCompose } from "../host/in-the-way.ts";

type Asked = Pick<ChecksRequest, "stack"> & {
  host: Pick<ChecksRequest["host"], "name" | "connection">;
};

/**
 * Takes the service's networks off a host. Throws, with who is in it and the command, if one is in use; by then all
 * else of the stack is gone.
 */
export async function removeOwn({ host, stack }: Asked): Promise<void> {
  const route = routeTo(host.connection);
  const standing = await standingNetworks(route, Object.values(networkNames));
  const own = standing.filter((network) => !madeByCompose(network));
  const used = own.filter(({ containers }) => containers.length > 0);
  for (const { id } of own.filter((network) => !used.includes(network))) {
    await removeNetwork(route, id);
  }
  if (used.length > 0) throw new Error(stillUsed(used, host.name, stack));
}

/** What the operator reads of networks that containers are still in. */
function stillUsed(used: StandingNetwork[], host: string, stack: string): string {
  const who = used.map(({ name, containers }) => `${containers.join(", ")} in ${name}`).join("; ");
  const commands = used.map(emptied).join(" && ");
  return (
    `Everything else of the stack is gone from ${host}, but its network is in use: ${who}. ` +
    `On the host: ${commands}; then again: pulumi destroy --stack ${stack}`
  );
}

/** The command line that empties a network: of ours that no state knows, an update was killed. */
function emptied({ name, containers }: StandingNetwork): string {
  const ours = containers.filter((container) => containerNames.includes(container));
  const others = containers.filter((container) => !ours.includes(container));
  return [
    ...(ours.length > 0 ? [shellLine(["docker", "rm", "--force", ...ours])] : []),
    ...(others.length > 0 ? [disconnect({ name, containers: others })] : []),
  ].join(" && ");
}
