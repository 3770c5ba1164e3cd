import type { Fault } from "../../../config/faults.ts";
import { type Check, checked, setTo } from "../check.ts";
import type { Findings } from "../findings.ts";
import { overlaps, rangeOfSubnet, subnetOfRange, within } from "../ipv4.ts";
import type { ChecksRequest } from "../request.ts";

/** Network that is the service's own, be it made here or by the compose service that this one replaces. */
const FRONTEND = "alloy-frontend";
/** Nothing leads out of it: whoever is in it reaches the Docker API, as far as the socket proxy lets them. */
const BACKEND = "alloy-backend";

/** The service's containers, which the update itself takes out. */
const OURS = ["alloy", "alloy-docker-proxy", "alloy-init"];

export function networkChecks(found: Findings, request: ChecksRequest): Check[] {
  if (!found.docker) return [];
  return [
    subnetCheck(found, request),
    ...frontendChecks(found, request),
    ...externalNetworkChecks(found, request),
  ];
}

/** Another subnet means another network, and Docker removes none that others are in. */
function frontendChecks(found: Findings, request: ChecksRequest): Check[] {
  const frontend = found.networks.find(({ name }) => name === FRONTEND);
  const joined = request.externalNetworks.some(({ network }) => network === FRONTEND);
  const have = frontend?.subnets.join(", ");
  if (!frontend || joined || have === request.frontendSubnet) return [];
  const others = found.networkUsers
    .filter(({ network, container }) => network === FRONTEND && !OURS.includes(container))
    .map(({ container }) => container);
  if (others.length === 0) return [];
  const each = (verb: string) =>
    others.map((other) => `docker network ${verb} ${FRONTEND} ${other}`).join(" && ");
  return [
    checked(`network ${FRONTEND}`, `in use by ${others.join(", ")}`, {
      path: "networks.frontendSubnet",
      reason: `is not the subnet of ${FRONTEND} on ${request.host.name} (${have}), which ${others.join(", ")} would have to leave`,
      fix: `on the host: ${each("disconnect")}; then: pulumi up --stack ${request.stack}; then on the host: ${each("connect")}`,
    }),
  ];
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
function externalNetworkChecks(found: Findings, request: ChecksRequest): Check[] {
  const names = new Set(found.networks.map(({ name }) => name));
  return request.externalNetworks.map(({ path, network }) => {
    const check = `network ${network}`;
    if (!names.has(network)) {
      return checked(check, "missing", missingNetwork(path, network, request.host.name));
    }
    // Of a container's networks that are not internal, the first by name gives it the default route.
    if (network < FRONTEND && found.deadEnds.includes(network)) {
      return checked(check, "leads nowhere", deadEnd(path, network, request.host.name));
    }
    if (network === BACKEND && !found.internal.includes(network)) {
      return checked(check, "has a way out", wayOut(path, request));
    }
    return checked(check, "exists");
  });
}

function wayOut(path: string, { host, stack }: ChecksRequest): Fault {
  return {
    path,
    reason: `joins ${BACKEND}, which is not an internal network on ${host.name}: it has a way out`,
    fix:
      `on the host: docker rm -f ${OURS.join(" ")}; docker network rm ${BACKEND} && ` +
      `docker network create --internal ${BACKEND}; then: pulumi up --stack ${stack} --refresh`,
  };
}

function deadEnd(path: string, network: string, host: string): Fault {
  return {
    path,
    reason:
      `names ${network}, whose name sorts before ${FRONTEND}: it would take Alloy's default route on ${host}, ` +
      "and it lets nobody out (enable_ip_masquerade is false)",
    fix: `recreate it with --internal, or under a name that sorts after ${FRONTEND}`,
  };
}

function missingNetwork(path: string, network: string, host: string): Fault {
  return {
    path,
    reason: `names the Docker network ${network}, which does not exist on ${host}`,
    fix: `start the service that creates it, or on the host: docker network create --internal ${network}`,
  };
}
