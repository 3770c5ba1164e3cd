import { cp, rm } from "node:fs/promises";
import {
  type SimulatedFleet,
  type SimulatedHost,
  simulatedFleet,
} from "../../lab/simulated-fleet.ts";

/** Names and addresses of simulated hosts that do as they are told. */
export function simulatedHosts(count: number): SimulatedHost[] {
  return Array.from({ length: count }, (_, index) => {
    const stack = `host${String(index + 1).padStart(2, "0")}`;
    return { stack, address: `${stack}.test` };
  });
}

/** A fleet whose state can be put back to where nothing is deployed. */
export interface FreshFleet extends SimulatedFleet {
  hosts: SimulatedHost[];
  /** Forgets all that was deployed. */
  forget(): Promise<void>;
}

export async function freshFleet(hosts: SimulatedHost[], delay: number): Promise<FreshFleet> {
  const fleet = await simulatedFleet(hosts, delay);
  const pristine = `${fleet.state}.pristine`;
  await cp(fleet.state, pristine, { recursive: true });
  return {
    ...fleet,
    hosts,
    async forget() {
      fleet.empty();
      await rm(fleet.state, { recursive: true });
      await cp(pristine, fleet.state, { recursive: true });
    },
  };
}
