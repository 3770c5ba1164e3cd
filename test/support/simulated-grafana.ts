import {
  type SimulatedGrafana,
  serveSimulatedGrafana,
} from "../../lab/doubles/grafana/cloud-server.ts";
import { SimulatedStore } from "../../lab/doubles/grafana/cloud-store.ts";
import { type BootstrapToken, EMPTY_GRAFANA } from "../../lab/doubles/grafana/cloud-types.ts";
import { cloudSeed } from "./cloud-seed.ts";

/** A SIMULATED Grafana Cloud on loopback for one test; state in `file`, if that is given. */
export function simulatedGrafana(
  bootstrapTokens: BootstrapToken[],
  file?: string,
): Promise<SimulatedGrafana> {
  const empty = structuredClone(EMPTY_GRAFANA);
  return serveSimulatedGrafana(new SimulatedStore(cloudSeed(bootstrapTokens), empty, file));
}
