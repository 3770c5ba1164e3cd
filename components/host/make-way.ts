import { AsyncResource } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../config/schema.ts";
import { type Route, routeTo } from "../../host-shell/ssh.ts";
import {
  removeContainer,
  removeNetwork,
  standingContainer,
  standingNetworks,
} from "../../host-shell/standing.ts";
import { isOwn } from "../agent/labels.ts";
import { madeByCompose, networkInTheWay, theirContainer, theirNetwork } from "./in-the-way.ts";

/** Hooks that run just before the provider makes a resource, by the resource's type. */
export type MakeWay = Record<string, pulumi.ResourceHook>;

/**
 * Takes away what an update that was killed has left under a name that is made now: the plugin finished its call
 * and no state knows. What is not ours is named and stays. The engine deletes a container before it replaces it,
 * so what stands there at a creation is in no state.
 */
export function makeWay({ name, connection }: Settings["host"]): MakeWay {
  const route = routeTo(connection);
  const host = { name, stack: pulumi.getStack() };
  const hook = (kind: string, way: (route: Route, wanted: string, at: Place) => Promise<void>) =>
    new pulumi.ResourceHook(
      `host-way-for-${kind}`,
      // The engine calls from outside the program's run.
      AsyncResource.bind(({ newInputs }: pulumi.ResourceHookArgs) =>
        way(route, String(newInputs?.name), host),
      ),
    );
  return {
    "docker:index/container:Container": hook("container", wayForContainer),
    "docker:index/network:Network": hook("network", wayForNetwork),
  };
}

/** Where, and for whom. */
interface Place {
  name: string;
  stack: string;
}

export async function wayForContainer(route: Route, name: string, at: Place): Promise<void> {
  const standing = await answered(standingContainer(route, name));
  if (!standing) return;
  if (!isOwn(standing.labels, at.stack)) throw new Error(theirContainer(name, at, standing.labels));
  await removeContainer(route, standing.id);
}

export async function wayForNetwork(route: Route, name: string, at: Place): Promise<void> {
  const [standing] = (await answered(standingNetworks(route, [name]))) ?? [];
  if (!standing) return;
  if (madeByCompose(standing)) throw new Error(theirNetwork(standing, at));
  if (standing.containers.length > 0) throw new Error(networkInTheWay(standing, at));
  await removeNetwork(route, standing.id);
}

/** Why a host does not answer is told by the provider, which asks it next. */
function answered<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  return asked.catch(() => undefined);
}
