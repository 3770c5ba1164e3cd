import { type HostScript, scriptOutput } from "./run.ts";
import { shellLine } from "./shell.ts";
import type { Route } from "./ssh.ts";

/** Label that names the stack whose container it is. */
export const STACK_LABEL = "grafana-alloy.stack";

/** A network as it stands on a host, whatever a state says of it. */
export interface StandingNetwork {
  id: string;
  name: string;
  driver: string;
  /** Without a way out. */
  internal: boolean;
  subnets: string[];
  labels: Labels;
  /** Names of the running containers in it. */
  containers: string[];
}

/** A container as it stands on a host. */
export interface StandingContainer {
  id: string;
  labels: Labels;
}

type Labels = Record<string, string>;

/** Longest time for an answer, in ms. */
const ANSWER_MS = 60_000;

/** Longest time for a container to end by itself, in seconds: Alloy writes down what it has not sent. */
const STOP_SECONDS = 30;

/** Those of some networks that are on a host. Throws with the reason if it can't be asked. */
export async function standingNetworks(
  route: Route,
  names: readonly string[],
): Promise<StandingNetwork[]> {
  const list = shellLine(["docker", "network", "ls", "--quiet", "--no-trunc", ...filters(names)]);
  const script = `
ids=$(${list})
[ -z "$ids" ] || docker network inspect --format '{{json .}}' $ids`;
  const found = await lines<InspectedNetwork>(route, { name: "standing-networks", script });
  return found.map(networkOf);
}

/** The container of a name that is on a host, running or not. Throws with the reason if it can't be asked. */
export async function standingContainer(
  route: Route,
  name: string,
): Promise<StandingContainer | undefined> {
  const list = shellLine([
    "docker",
    "ps",
    "--all",
    "--quiet",
    "--no-trunc",
    ...filters([`/${name}`]),
  ]);
  const script = `
ids=$(${list})
[ -z "$ids" ] || docker inspect --format '{"id":{{json .Id}},"labels":{{json .Config.Labels}}}' $ids`;
  const [found] = await lines<StandingContainer>(route, { name: "standing-container", script });
  return found && { id: found.id, labels: found.labels ?? {} };
}

/** Ends a container in an orderly way and removes it; its volumes and mounts stay. */
export async function removeContainer(route: Route, id: string): Promise<void> {
  const script = `
docker stop --time ${STOP_SECONDS} ${id}
docker rm --force ${id}`;
  await scriptOutput(route, { name: "remove-container", script, timeout: ANSWER_MS * 2 });
}

export async function removeNetwork(route: Route, id: string): Promise<void> {
  const script = `docker network rm ${id}`;
  await scriptOutput(route, { name: "remove-network", script, timeout: ANSWER_MS });
}

function filters(names: readonly string[]): string[] {
  return names.flatMap((name) => ["--filter", `name=^${name}$`]);
}

/** What a script prints as JSON, one a line. What a login script prints is passed over. */
async function lines<Line>(route: Route, script: Omit<HostScript, "timeout">): Promise<Line[]> {
  const output = await scriptOutput(route, { ...script, timeout: ANSWER_MS });
  return output
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Line);
}

interface InspectedNetwork {
  Id: string;
  Name: string;
  Driver: string;
  Internal: boolean;
  IPAM?: { Config?: { Subnet: string }[] | null };
  Labels?: Labels | null;
  Containers?: Record<string, { Name: string }> | null;
}

function networkOf(found: InspectedNetwork): StandingNetwork {
  return {
    id: found.Id,
    name: found.Name,
    driver: found.Driver,
    internal: found.Internal,
    subnets: (found.IPAM?.Config ?? []).map(({ Subnet }) => Subnet),
    labels: found.Labels ?? {},
    containers: Object.values(found.Containers ?? {})
      .map(({ Name }) => Name)
      .sort(),
  };
}
