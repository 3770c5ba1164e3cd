import type Docker from "dockerode";
import { say } from "../progress.ts";

/** The mark on everything that the lab makes in Docker, and the only things that it removes. */
export const LAB_LABEL = "grafana-alloy-lab";

/** Makes a labelled network unless it is there. */
export async function ensureNetwork(
  docker: Docker,
  name: string,
  options: { subnet?: string; internal?: boolean },
): Promise<void> {
  const found = (await docker.listNetworks()).find((network) => network.Name === name);
  if (found && found.Labels?.[LAB_LABEL] !== "true") {
    throw new Error(
      `A Docker network ${name} exists and is not the lab's: is this a host that runs the real services? ` +
        `The lab needs an engine without it, or remove it (docker network rm ${name}).`,
    );
  }
  if (found) return;
  await docker.createNetwork({
    Name: name,
    Internal: options.internal ?? false,
    IPAM: options.subnet ? { Driver: "default", Config: [{ Subnet: options.subnet }] } : undefined,
    Labels: { [LAB_LABEL]: "true" },
  });
}

/** The container's address in a network of this machine. */
export async function addressIn(docker: Docker, name: string, network: string): Promise<string> {
  const { NetworkSettings } = await docker.getContainer(name).inspect();
  const address = NetworkSettings.Networks[network]?.IPAddress;
  if (!address) throw new Error(`Container ${name} has no address in network ${network}.`);
  return address;
}

/** Removes every network that bears the lab's label. */
export async function removeLabelledNetworks(docker: Docker): Promise<void> {
  const filters = { label: [`${LAB_LABEL}=true`] };
  for (const network of await docker.listNetworks({ filters }))
    await removeNetwork(docker, network);
}

async function removeNetwork(
  docker: Docker,
  { Id, Name }: Docker.NetworkInspectInfo,
): Promise<void> {
  const network = docker.getNetwork(Id);
  try {
    await network.remove();
  } catch (error) {
    // Docker 20.10 that was restarted while containers came and went counts one that is not there, until its next start.
    if (Object.keys((await network.inspect()).Containers ?? {}).length === 0) {
      say(`the network ${Name} stays until Docker starts again`);
      return;
    }
    throw new Error(
      `The lab's network ${Name} can't be removed; destroy the stack that uses it first: ${(error as Error).message}`,
    );
  }
}
