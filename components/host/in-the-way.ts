import { setTo } from "../../checks/host/check.ts";
import { shellLine } from "../../host-shell/shell.ts";
import { STACK_LABEL, type StandingNetwork } from "../../host-shell/standing.ts";
import type { Labels } from "../agent/labels.ts";

/** Where something stands, and whose update it stops. */
interface Place {
  /** The host. */
  name: string;
  stack: string;
}

export function madeByCompose({ labels }: Pick<StandingNetwork, "labels">): boolean {
  return "com.docker.compose.network" in labels;
}

/** A container that this stack did not create. */
export function theirContainer(container: string, { name, stack }: Place, labels: Labels): string {
  const other = labels[STACK_LABEL];
  if (other !== undefined) {
    return (
      `The container ${container} on ${name} belongs to the stack ${other}. A host has one agent: ` +
      `pulumi destroy --stack ${other}, then again: pulumi up --stack ${stack}`
    );
  }
  return (
    `The host ${name} has a container ${container} that this program did not create. ` +
    `To take over one of Docker Compose: npm run adopt -- --stack ${stack}. ` +
    `To remove any other, on the host: docker rm -f ${container}; then again: pulumi up --stack ${stack}`
  );
}

/** A network that Docker Compose made. */
export function theirNetwork(network: StandingNetwork, { name, stack }: Place): string {
  return (
    `The network ${network.name} on ${name} was created by Docker Compose. To join it as it is: ` +
    `${setTo(stack, "networks.existing", "true")}; then again: pulumi up --stack ${stack}`
  );
}

/** A network that is not as wanted, and that others are in. */
export function networkInTheWay(network: StandingNetwork, { name, stack }: Place): string {
  return (
    `The network ${network.name} on ${name} does not match the settings and is in use by ` +
    `${network.containers.join(", ")}. On the host: ${disconnect(network)}; ` +
    `then again: pulumi up --stack ${stack}`
  );
}

/** The command line that takes all containers out of a network. */
export function disconnect({
  name,
  containers,
}: Pick<StandingNetwork, "name" | "containers">): string {
  return containers
    .map((container) => shellLine(["docker", "network", "disconnect", name, container]))
    .join(" && ");
}
