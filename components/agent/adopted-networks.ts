import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../config/schema.ts";
import { routeTo } from "../../host-shell/ssh.ts";
import { type StandingNetwork, standingNetworks } from "../../host-shell/standing.ts";
import { madeByCompose } from "../host/in-the-way.ts";
import { networkNames } from "./names.ts";

/**
 * The service's networks that are on the host already, asked by an update alone: a preview needs no route to the
 * host. Of one that does not answer, the update itself tells.
 */
export async function networksOnHost({
  host,
  networks,
}: Pick<Settings, "host" | "networks">): Promise<StandingNetwork[]> {
  if (networks.existing || pulumi.runtime.isDryRun()) return [];
  const names = Object.values(networkNames);
  return standingNetworks(routeTo(host.connection), names).catch(() => []);
}

/**
 * Id of a network on the host that is as wanted: the engine takes it into the state if it is not there, as after a
 * refresh while the host was away, and does nothing if it is.
 */
export function adoptedId(
  wanted: { name: string; internal?: boolean; subnet?: string },
  standing: readonly StandingNetwork[],
): string | undefined {
  const found = standing.find(({ name }) => name === wanted.name);
  if (!found || madeByCompose(found)) return undefined;
  const same =
    found.driver === "bridge" &&
    found.internal === (wanted.internal ?? false) &&
    (wanted.subnet === undefined || `${found.subnets}` === wanted.subnet);
  return same ? found.id : undefined;
}
