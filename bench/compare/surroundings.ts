import { join } from "node:path";
import type Docker from "dockerode";
import { extract } from "tar-stream";
import { type Settings, settings as schema } from "../../config/schema.ts";
import { ask } from "../../http/ask.ts";
import type { Lab } from "../../lab/lab.ts";
import type { StackSettings } from "../../lab/stack.ts";
import { addressIn } from "../../lab/world/networks.ts";
import { alloyBundle } from "../../pipelines/alloy-bundle.ts";
import { hostFacts } from "../../pipelines/host-facts.ts";
import { pipelineDirectory, pipelineFiles } from "../../pipelines/pipeline-files.ts";
import { scrapeInterval } from "./arrivals.ts";
import type { Surroundings } from "./cycle.ts";
import { differences, type Essence, essence } from "./equal.ts";
import { secretVariable } from "./flat-config.ts";
import type { Desired } from "./service.ts";
import type { ToolName } from "./tool.ts";

const CONTAINERS = ["alloy", "alloy-docker-proxy", "alloy-init"];

/** The lab as the cycles ask it. */
export function surroundings(
  lab: Lab,
  docker: Docker,
  settings: StackSettings,
  tokens: readonly [string, string],
): Surroundings {
  const parsed = schema.parse(settings);
  const essences: Record<string, Essence> = {};
  return {
    metrics: lab.world.metrics,
    logs: lab.world.logs,
    tokens,
    desired: (host, revision, token) => desired(parsed, host, revision, token),
    loadedRevision: () => loadedRevision(docker),
    requireToken: async (tool, token) => {
      if ((await tokenOf(docker, tool.name)) === token) return;
      throw new Error(`${tool.name} did not replace the token.`);
    },
    requireEqual: async (tool) => {
      for (const name of CONTAINERS) {
        const found = essence(await docker.getContainer(name).inspect());
        const faults = differences(name, essences[name] ?? found, found);
        if (faults.length > 0) throw new Error(`${tool.name}: ${faults.join("; ")}`);
        essences[name] ??= found;
      }
    },
  };
}

/** Every tool gets the same pipelines; one of them carries the revision as its scrape interval. */
function desired(settings: Settings, host: string, revision: number, token: string): Desired {
  const pipelines = benchPipelines(pipelineFiles(pipelineDirectory, settings.pipelines), revision);
  const { metrics, logs } = settings.sinks as NonNullable<Settings["sinks"]>;
  const named = { ...settings, host: { ...settings.host, name: host } };
  const bundle = alloyBundle(pipelines, hostFacts(named, { metrics, logs }));
  return { host, pipelines, bundle, metricsPassword: token };
}

const INTERVAL = 'scrape_interval = "60s"';
/** The pipeline whose change is measured: Traefik's, which nothing here watches. */
const CHANGED = "traefik.alloy";
const WATCHED = "self.alloy";

/** Alloy about itself, each second; Traefik at an interval by which a revision is known. */
export function benchPipelines(files: Record<string, string>, revision: number) {
  const change = (name: string, interval: string, timeout: string) => {
    const text = files[name] ?? "";
    if (!text.includes(INTERVAL)) throw new Error(`pipelines/${name} has no ${INTERVAL}`);
    return text
      .replace(INTERVAL, `scrape_interval = "${interval}"`)
      .replace('scrape_timeout  = "10s"', `scrape_timeout  = "${timeout}"`);
  };
  return {
    ...files,
    [WATCHED]: change(WATCHED, `${scrapeInterval}s`, `${scrapeInterval}s`),
    [CHANGED]: change(CHANGED, `${60 + revision}s`, "10s"),
  };
}

async function loadedRevision(docker: Docker): Promise<number | undefined> {
  try {
    const address = await addressIn(docker, "alloy", "alloy-frontend");
    const url = `http://${address}:12345/api/v0/web/components/prometheus.scrape.traefik`;
    const { status, text } = await ask(url, { seconds: 2 });
    return status === 200 ? revisionIn(text) : undefined;
  } catch {
    // While a container is replaced it does not answer, has no address, or does not exist.
    return undefined;
  }
}

/** The revision out of what Alloy tells of the component, or undefined where it tells no interval. */
export function revisionIn(text: string): number | undefined {
  const interval = /"name":"scrape_interval".{0,80}?"value":"(?:(\d+)m)?(\d+)s"/.exec(text);
  if (!interval) return undefined;
  return Number(interval[1] ?? 0) * 60 + Number(interval[2]) - 60;
}

/** The token that the agent was given: ours in a file, in the others' in the environment. */
async function tokenOf(docker: Docker, tool: ToolName): Promise<string | undefined> {
  const container = docker.getContainer("alloy");
  if (tool === "ours") {
    return firstFile(await container.getArchive({ path: "/etc/alloy-secrets/metrics-password" }));
  }
  const { Config } = await container.inspect();
  const prefix = `${secretVariable("metrics_password")}=`;
  return Config.Env.find((entry) => entry.startsWith(prefix))?.slice(prefix.length);
}

async function firstFile(archive: NodeJS.ReadableStream): Promise<string> {
  const entries = archive.pipe(extract());
  for await (const entry of entries) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  }
  throw new Error("the archive is empty");
}

/** Directory on the host that a tool deploys to. */
export function directoryOf(lab: Lab, tool: ToolName): string {
  return join(lab.facts.hostDirectory, `bench-${tool.toLowerCase()}`);
}
