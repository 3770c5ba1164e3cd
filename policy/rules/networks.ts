import {
  containerName,
  isContainer,
  list,
  type PolicyResource,
  records,
  text,
  titleOf,
  types,
  unknown,
} from "../resource.ts";
import type { PolicyStack, Rule, StackRule } from "../rule.ts";

export const publishedPort: Rule = {
  name: "no-published-port",
  description:
    "No container publishes a port on its host; Traefik reaches Alloy over their network.",
  check(resource) {
    if (!isContainer(resource)) return [];
    const { ports, publishAllPorts, networkMode } = resource.props;
    const title = titleOf(resource);
    const instead = "Let Traefik route to it (`ingress` of the stack), or join its network.";
    return [
      ...records(ports).map(
        (port) =>
          `${title}: publishes port ${port.external ?? port.internal} on its host. ${instead}`,
      ),
      ...(publishAllPorts === true ? [`${title}: publishes all its ports. ${instead}`] : []),
      ...(networkMode === "host"
        ? [`${title}: is on its host's network, so all its ports are published. ${instead}`]
        : []),
    ];
  },
};

/** Who shares a network with a container can reach its ports: which ones is never left to chance. */
export const declaredNetwork: StackRule = {
  name: "declared-network",
  description:
    "Containers are on networks of the stack, or on those of other services that its configuration names.",
  check(stack) {
    const declared = declaredNetworks(stack);
    return stack.resources.filter(isContainer).flatMap((resource) =>
      undeclared(resource, declared).map((network) => ({
        resource,
        message:
          `container ${containerName(resource)}: is on ${network}, which the stack does not declare. ` +
          "Remove it, create it in components/agent/agent-networks.ts, or name it in the stack's configuration (`postgres[].network`, `networks.existing`).",
      })),
    );
  },
};

function declaredNetworks({ resources, externalNetworks }: PolicyStack): Set<string> {
  const own = resources.filter(({ type }) => type === types.network);
  return new Set([
    ...own.flatMap(({ props, name }) => text(props.name) ?? name),
    ...externalNetworks,
  ]);
}

function undeclared({ props }: PolicyResource, declared: ReadonlySet<string>): string[] {
  const { networkMode, networksAdvanced } = props;
  if (networkMode === "none" || networksAdvanced === unknown) return [];
  if (list(networksAdvanced).length === 0) return ["Docker's default network"];
  return records(networksAdvanced).flatMap(({ name }) => {
    const network = text(name);
    return network === undefined || declared.has(network) ? [] : [`network ${network}`];
  });
}
