import { GrafanaCloud } from "../../lab/doubles/grafana/cloud.ts";
import {
  type SimulatedGrafana,
  serveSimulatedGrafana,
} from "../../lab/doubles/grafana/cloud-server.ts";
import type { BootstrapToken } from "../../lab/doubles/grafana/cloud-types.ts";
import { cloudSeed } from "./cloud-seed.ts";

/** A SIMULATED Grafana Cloud on loopback for one test; state in `file`, if that is given. */
export function simulatedGrafana(
  bootstrapTokens: BootstrapToken[],
  file?: string,
): Promise<SimulatedGrafana> {
  return serveSimulatedGrafana(new GrafanaCloud(cloudSeed(bootstrapTokens), file));
}
