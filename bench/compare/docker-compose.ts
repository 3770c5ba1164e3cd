import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { socketProxyRules } from "../../components/agent/socket-proxy-rules.ts";
import type { Settings } from "../../config/schema.ts";
import { needCommand } from "../../lab/apt.ts";
import type { Lab } from "../../lab/lab.ts";
import { run } from "../run.ts";
import { flatConfig, tokenInEnvironment } from "./flat-config.ts";
import { type Tool, variablesOf, writeFiles } from "./tool.ts";

/** Debian's docker-compose with the compose service's file; its directory is the host's, as there. */
export async function dockerCompose(
  lab: Lab,
  settings: Settings,
  directory: string,
): Promise<Tool> {
  const why = "the benchmark's comparison";
  const from = { packages: ["docker-compose"], services: [], why };
  const command = await needCommand("docker-compose", from);
  const env = { DOCKER_HOST: lab.docker.host, COMPOSE_PROJECT_NAME: "alloy" };
  const compose = (...args: string[]) =>
    run(command, ["-f", "compose.yaml", ...args], { directory, env });
  return {
    name: "docker-compose",
    async write({ bundle, metricsPassword }) {
      // The same directory throughout: a running container has it mounted.
      await mkdir(join(directory, "data"), { recursive: true });
      await writeFiles(join(directory, "config"), flatConfig(bundle));
      await writeFiles(join(directory, "socket-proxy"), { "haproxy.cfg": socketProxyRules });
      await copyFile(join(import.meta.dirname, "compose.yaml"), join(directory, "compose.yaml"));
      const variables = Object.entries(variablesOf(settings, directory, metricsPassword));
      const lines = variables.map(([name, value]) => `${name}=${value}\n`);
      await writeFiles(directory, { ".env": lines.join("") }, 0o600);
    },
    // `up` alone sees no change in a mounted file.
    apply: (pipelineChanged) =>
      pipelineChanged
        ? compose("up", "-d", "--force-recreate", "--no-deps", "alloy")
        : compose("up", "-d"),
    reload: () => compose("kill", "-s", "SIGHUP", "alloy"),
    token: () => tokenInEnvironment(lab),
    remove: () => compose("down"),
  };
}
