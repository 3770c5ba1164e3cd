import { externalNetworks } from "../components/agent/external-networks.ts";
import { networkNames } from "../components/agent/names.ts";
import { readStack } from "../config/parse.ts";
import { settings } from "../config/schema.ts";

const { networks, postgres } = settings.shape;

/**
 * Networks that a stack joins and does not make, from its configuration as the engine hands it to a pack. What is wrong
 * with that the program says.
 */
export function joinedNetworks(config: Record<string, string>): string[] {
  const raw = readStack(config);
  const existing = networks.safeParse(raw.networks).data?.existing;
  return [
    ...(existing ? Object.values(networkNames) : []),
    ...externalNetworks({ postgres: postgres.safeParse(raw.postgres).data ?? [] }),
  ];
}
