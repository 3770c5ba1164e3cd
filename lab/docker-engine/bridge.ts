import { execa } from "execa";
import { needCommand } from "../apt.ts";
import { findCommand, serverPath } from "../processes.ts";

/** The lab's own default bridge, so that another engine's docker0 stays as it is. */
export const BRIDGE = "alloylab0";
const ADDRESS = "172.30.201.1/24";

export async function makeBridge(): Promise<void> {
  const why = "a private Docker engine";
  await needCommand("ip", { packages: ["iproute2"], services: [], why });
  if (await exists()) return;
  await ip("link", "add", "name", BRIDGE, "type", "bridge");
  await ip("address", "add", ADDRESS, "dev", BRIDGE);
  await ip("link", "set", BRIDGE, "up");
}

export async function removeBridge(): Promise<void> {
  if (findCommand("ip") && (await exists())) await ip("link", "delete", BRIDGE);
}

async function exists(): Promise<boolean> {
  const { stdout } = await ip("-brief", "link", "show", "type", "bridge");
  return stdout.split("\n").some((line) => line.startsWith(`${BRIDGE} `));
}

function ip(...args: string[]) {
  return execa("ip", args, { env: { PATH: serverPath() } });
}
