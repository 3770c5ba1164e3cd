import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SimulatedCloud } from "./doubles/start.ts";
import { labDir } from "./paths.ts";
import type { SimulatedGrafanaCloud } from "./settings.ts";
import type { World } from "./world.ts";

const seedFile = join(labDir, "grafana-cloud-seed.json");
const stateFile = join(labDir, "grafana-cloud.json");

/** A simulated Grafana Cloud with one stack, whose endpoints are the lab's sinks. */
export async function simulatedGrafanaCloud(
  world: World,
): Promise<SimulatedCloud & SimulatedGrafanaCloud> {
  const bootstrapToken = await knownBootstrapToken();
  const stack = {
    slug: "lab",
    id: "4711",
    regionSlug: "prod-eu-west-2",
    prometheusRemoteWriteEndpoint: world.metrics.pushUrl,
    prometheusRemoteEndpoint: world.metrics.queryUrl,
    prometheusUserId: Number(world.metrics.username),
    // As the real one: the base, to which /loki/api/v1/push is added.
    logsUrl: new URL(world.logs.pushUrl).origin,
    logsUserId: Number(world.logs.username),
    url: "https://lab.grafana.net",
  };
  const seed = { bootstrapTokens: [bootstrapToken], stacks: [stack] };
  await writeFile(seedFile, JSON.stringify(seed, null, 2), { mode: 0o600 });
  return { seedFile, stateFile, stackSlug: stack.slug, bootstrapToken };
}

/** The token of an earlier start, so that a deployed stack's provider goes on working. */
async function knownBootstrapToken(): Promise<string> {
  if (existsSync(seedFile)) return JSON.parse(await readFile(seedFile, "utf8")).bootstrapTokens[0];
  return `glc_bootstrap_${randomBytes(18).toString("hex")}`;
}
