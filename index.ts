import { networksOnHost } from "./components/agent/adopted-networks.ts";
import { AlloyAgent } from "./components/agent/alloy-agent.ts";
import { sinksOf } from "./components/destinations/sinks.ts";
import { verifyTarget } from "./components/destinations/verify-target.ts";
import { githubAccessOf } from "./components/github/github-access.ts";
import { Host } from "./components/host/host.ts";
import { loadConfig } from "./config/load.ts";
import { requirePulumi } from "./config/require-pulumi.ts";
import { runScript } from "./host-shell/run.ts";
import { pipelineDirectory, pipelineFiles } from "./pipelines/pipeline-files.ts";

/** What the program asks its host itself, as no resource. */
const hostItself = { standing: networksOnHost, run: runScript };

/** Deploys Grafana Alloy onto the one host that the stack describes. */
export default async function program(
  pipelines: string = pipelineDirectory,
  { standing, run }: typeof hostItself = hostItself,
) {
  // The SDK takes thousands of stack traces, and mapping each to its sources, as its runner wants, takes most of a
  // second of an update. Node strips types in place, so that this program's traces are right without it.
  Reflect.deleteProperty(Error, "prepareStackTrace");
  await requirePulumi();
  const config = loadConfig();

  const [sinks, github, networks] = await Promise.all([
    sinksOf(config),
    githubAccessOf(config),
    standing(config),
  ]);

  const { registryPassword } = config;
  const host = new Host("host", { settings: config, registryPassword, run });

  const agent = new AlloyAgent("alloy", {
    host,
    settings: config,
    pipelines: pipelineFiles(pipelines, config.pipelines, {
      githubApp: config.github?.app !== undefined,
    }),
    standing: networks,
    sinks,
    github,
    tokens: [...sinks.tokens, ...(github?.tokens ?? [])],
  });

  return {
    /** Value of the `host` label on everything that this host sends. */
    hostName: config.host.name,
    /** Where Alloy's UI is, behind a login. */
    ...(config.ingress && { ui: `https://${config.ingress.hostName}.${config.ingress.domain}` }),
    /** Version of the configuration that runs. */
    configVersion: agent.configVersion,
    /** What `npm run verify` asks for, and where. */
    verify: verifyTarget(config, sinks, github?.tokens),
  };
}
