import type { Settings } from "../../config/schema.ts";
import { ask } from "../../http/ask.ts";
import { dockerClient } from "../../lab/docker-engine.ts";
import type { Lab } from "../../lab/lab.ts";
import { addressIn } from "../../lab/world/networks.ts";
import { alloyBundle } from "../../pipelines/alloy-bundle.ts";
import { hostFacts } from "../../pipelines/host-facts.ts";
import { pipelineDirectory, pipelineFiles } from "../../pipelines/pipeline-files.ts";
import type { Desired } from "./tool.ts";

const INTERVAL = 'scrape_interval = "60s"';
const TIMEOUT = 'scrape_timeout  = "10s"';

/** Every tool gets the same pipelines; one of them carries the revision as its scrape interval. */
export function desired(
  settings: Settings,
  { host, revision, token }: { host: string; revision: number; token: string },
): Desired {
  const pipelines = benchPipelines(pipelineFiles(pipelineDirectory, settings.pipelines), revision);
  const { metrics, logs } = settings.sinks as NonNullable<Settings["sinks"]>;
  const named = { ...settings, host: { ...settings.host, name: host } };
  const bundle = alloyBundle(pipelines, hostFacts(named, { metrics, logs }));
  return { host, pipelines, bundle, metricsPassword: token };
}

/**
 * Alloy about itself each second, since at 60 s an interruption would not show; and Traefik, which nothing here
 * watches, at an interval by which the revision is known.
 */
export function benchPipelines(files: Record<string, string>, revision: number) {
  const change = (name: string, interval: string, timeout: string) => {
    const text = files[name] ?? "";
    if (!text.includes(INTERVAL)) throw new Error(`pipelines/${name} has no ${INTERVAL}`);
    return text
      .replace(INTERVAL, `scrape_interval = "${interval}"`)
      .replace(TIMEOUT, `scrape_timeout  = "${timeout}"`);
  };
  return {
    ...files,
    "self.alloy": change("self.alloy", "1s", "1s"),
    "traefik.alloy": change("traefik.alloy", `${60 + revision}s`, "10s"),
  };
}

/** The revision that the agent has loaded, or undefined where it does not answer. */
export async function loadedRevision(lab: Lab): Promise<number | undefined> {
  try {
    const address = await addressIn(dockerClient(lab.docker.host), "alloy", "alloy-frontend");
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
