import type { Fault } from "../../../config/faults.ts";
import { type Check, checked, setTo } from "../check.ts";
import type { Findings } from "../findings.ts";
import { overlaps, rangeOfSubnet, subnetOfRange, within } from "../ipv4.ts";
import type { ChecksRequest } from "../request.ts";

/** Network that is the service's own, be it made here or by the compose service that this one replaces. */
const FRONTEND = "alloy-frontend";

export function networkChecks(found: Findings, request: ChecksRequest): Check[] {
  if (!found.docker) return [];
  return [subnetCheck(found, request), ...externalNetworkChecks(found, request)];
}

function subnetCheck(found: Findings, { frontendSubnet, stack, host }: ChecksRequest): Check {
  const user = networkOf(found, frontendSubnet) ?? routeOf(found, frontendSubnet);
  const fault = user !== undefined && {
    path: "networks.frontendSubnet",
    reason: `${frontendSubnet} is taken on ${host.name} by ${user}`,
    // Traefik's allow list for its metrics names the subnet.
    fix: `${setTo(stack, "networks.frontendSubnet", "A.B.C.D/29")} (and the same in Traefik's allow list)`,
  };
  return checked("subnet", user ? `taken by ${user}` : `${frontendSubnet} is free`, fault);
}

function networkOf({ networks }: Findings, subnet: string): string | undefined {
  const taken = networks
    .filter(({ name }) => name !== FRONTEND)
    .flatMap(({ name, subnets }) => subnets.map((each) => ({ name, each })))
    .find(({ each }) => rangesOverlap(each, subnet));
  return taken && `the Docker network ${taken.name} (${taken.each})`;
}

function rangesOverlap(a: string, b: string): boolean {
  const [first, second] = [rangeOfSubnet(a), rangeOfSubnet(b)];
  return first !== undefined && second !== undefined && overlaps(first, second);
}

/** A wider network behind a gateway is no hindrance: the more exact route is taken. */
function routeOf({ routes, networks }: Findings, subnet: string): string | undefined {
  const wanted = rangeOfSubnet(subnet);
  if (!wanted) return undefined;
  const bridges = new Set(networks.map(({ bridge }) => bridge));
  const taken = routes.find(
    ({ interface: device, range, direct }) =>
      !bridges.has(device) && overlaps(range, wanted) && (direct || within(range, wanted)),
  );
  return taken && `the route to ${subnetOfRange(taken.range)} on ${taken.interface}`;
}

/** Networks of other services are joined, never made. */
function externalNetworkChecks({ networks }: Findings, request: ChecksRequest): Check[] {
  const names = new Set(networks.map(({ name }) => name));
  return request.externalNetworks.map(({ path, network }) => {
    const there = names.has(network);
    return checked(
      `network ${network}`,
      there ? "exists" : "missing",
      !there && missingNetwork(path, network, request.host.name),
    );
  });
}

function missingNetwork(path: string, network: string, host: string): Fault {
  return {
    path,
    reason: `names the Docker network ${network}, which does not exist on ${host}`,
    fix: `start the service that makes it, or on the host: docker network create --internal ${network}`,
  };
}
