import { execa } from "execa";
import { hostProgram } from "../host-programs.ts";
import { findCommand, serverPath } from "../processes.ts";

/** The lab's own default bridge, so that another engine's docker0 stays as it is. */
export const BRIDGE = "alloylab0";
const ADDRESS = "172.30.201.1/24";

export async function makeBridge(): Promise<void> {
  await hostProgram("ip");
  if (await exists()) return;
  await ip("link", "add", "name", BRIDGE, "type", "bridge");
  await ip("address", "add", ADDRESS, "dev", BRIDGE);
  await ip("link", "set", BRIDGE, "up");
}

export async function removeBridge(): Promise<void> {
  if (findCommand("ip") && (await exists())) await ip("link", "delete", BRIDGE);
}

/**
 * Removes the bridges of an engine that was killed. Docker would make a second one with the same subnet,
 * and what goes to its containers would still go to the first. For when no engine runs.
 */
export async function removeStaleBridges(): Promise<void> {
  const { stdout } = await ip("-json", "address", "show", "type", "bridge");
  for (const name of staleBridges(JSON.parse(stdout || "[]"))) await ip("link", "delete", name);
}

/** An interface as `ip -json address` tells it; of those that a filter leaves out, an empty object. */
interface Interface {
  ifname?: string;
  addr_info?: { local?: string }[];
}

/** Of all bridges those that Docker named after a network, in the addresses that the lab uses: 172.30. */
export function staleBridges(interfaces: Interface[]): string[] {
  return interfaces
    .filter(({ addr_info = [] }) => addr_info.some(({ local }) => local?.startsWith("172.30.")))
    .flatMap(({ ifname }) => (ifname && /^br-[0-9a-f]{12}$/.test(ifname) ? [ifname] : []));
}

async function exists(): Promise<boolean> {
  const { stdout } = await ip("-brief", "link", "show", "type", "bridge");
  return stdout.split("\n").some((line) => line.startsWith(`${BRIDGE} `));
}

function ip(...args: string[]) {
  return execa("ip", args, { env: { PATH: serverPath() } });
}
