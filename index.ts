import { AlloyAgent } from "./components/alloy-agent.ts";
import { githubAccessOf } from "./components/github-access.ts";
import { Host } from "./components/host.ts";
import { pipelineDirectory, pipelineFiles } from "./components/pipeline-files.ts";
import { sinksOf } from "./components/sinks.ts";
import { verifyTarget } from "./components/verify-target.ts";
import { loadConfig } from "./config/load.ts";

/** Deploys Grafana Alloy onto the one host that the stack describes. */
export default async function program(pipelines: string = pipelineDirectory) {
  const config = loadConfig();

  const sinks = await sinksOf(config);

  const github = await githubAccessOf(config);

  const host = new Host("host", { settings: config, registryPassword: config.registryPassword });

  const agent = new AlloyAgent("alloy", {
    host,
    settings: config,
    pipelines: pipelineFiles(pipelines, config.pipelines, {
      githubApp: config.github?.app !== undefined,
    }),
    sinks,
    github,
    tokens: [...sinks.tokens, ...(github?.tokens ?? [])],
  });

  return {
    /** Value of the `host` label on everything that this host sends. */
    hostName: config.host.name,
    /** Where Alloy's UI is, behind a log-in. */
    ...(config.ingress && { ui: `https://${config.ingress.hostName}.${config.ingress.domain}` }),
    /** Version of the configuration that runs. */
    configVersion: agent.configVersion,
    /** What `npm run verify` asks for, and where. */
    verify: verifyTarget(config, sinks, github?.tokens),
  };
}
