import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GrafanaCloud } from "./doubles/grafana/cloud.ts";
import { type SimulatedGrafana, serveSimulatedGrafana } from "./doubles/grafana/cloud-server.ts";
import { cloudToken } from "./doubles/grafana/cloud-token.ts";
import type { SeedStack } from "./doubles/grafana/cloud-types.ts";
import { labDir } from "./paths.ts";
import { freePort } from "./ports.ts";
import type { SimulatedGrafanaCloud } from "./settings.ts";
import { turns } from "./turns.ts";
import { LateTokens, type LiveTokens, liveTokens } from "./world/cloud-tokens.ts";
import type { World } from "./world.ts";

const knownFile = join(labDir, "grafana-cloud-known.json");
const stateFile = join(labDir, "grafana-cloud.json");

/** Looked for first, so that the address is the same in most labs. */
const PORT = 19490;
const REGION = "prod-eu-west-2";

/** What outlives one start: a deployed stack's provider keeps working. */
interface Known {
  bootstrapToken: string;
  port: number;
}

export type LabCloud = SimulatedGrafanaCloud &
  SimulatedGrafana & {
    /**
     * The sinks refuse each token that is made from now on for so many seconds, as Grafana Cloud may for up to
     * 600; `Infinity`: until this is set again. Those that wait are known at once.
     */
    tokensKnownAfter(seconds: number): Promise<void>;
  };

/**
 * A simulated Grafana Cloud with one stack, whose endpoints are the lab's sinks. They take exactly the
 * tokens that are alive in it: `take` is told whenever that may have changed.
 */
export async function simulatedGrafanaCloud(
  world: World,
  take: (live: LiveTokens) => Promise<void>,
): Promise<LabCloud> {
  const { bootstrapToken, port } = await known();
  const stack = stackOf(world);
  const seed = { bootstrapTokens: [{ token: bootstrapToken }], stacks: [stack] };
  const cloud = new GrafanaCloud(seed, stateFile);
  // A failure here has no caller. `then` makes it one that nobody handles, which ends the process or fails the test run.
  const late = new LateTokens(() => void follow().then());
  let taken = "";
  // The engine makes two tokens at once.
  const inTurn = turns();
  const follow = (issued?: string) =>
    inTurn(async () => {
      if (issued) late.add(issued);
      const live = await liveTokens(cloud, issued ? [issued] : [], late);
      if (JSON.stringify(live) === taken) return;
      await take(live);
      taken = JSON.stringify(live);
    });
  const served = await serveSimulatedGrafana(cloud, { port, onChange: follow });
  const tokensKnownAfter = (seconds: number) => {
    late.seconds = seconds;
    return follow();
  };
  const close = () => {
    late.stop();
    return served.close();
  };
  await follow();
  const { slug: stackSlug } = stack;
  return { ...served, tokensKnownAfter, close, apiUrl: served.url, stackSlug, bootstrapToken };
}

function stackOf({ metrics, logs }: World): SeedStack {
  return {
    id: 4711,
    slug: "lab",
    url: "https://lab.grafana.net",
    status: "active",
    regionSlug: REGION,
    orgSlug: "lab",
    hmInstancePromId: Number(metrics.username),
    hmInstancePromUrl: new URL(metrics.pushUrl).origin,
    hlInstanceId: Number(logs.username),
    hlInstanceUrl: new URL(logs.pushUrl).origin,
  };
}

async function known(): Promise<Known> {
  if (existsSync(knownFile)) return JSON.parse(await readFile(knownFile, "utf8"));
  const made = { bootstrapToken: cloudToken("lab-bootstrap", REGION), port: await freePort(PORT) };
  await writeFile(knownFile, JSON.stringify(made), { mode: 0o600 });
  return made;
}
