import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { needCommand } from "../../lab/apt.ts";
import { run } from "./command.ts";
import { composeFile, envFile } from "./compose-file.ts";
import { flatConfig } from "./flat-config.ts";
import type { Desired, Service } from "./service.ts";
import type { Tool } from "./tool.ts";
import { yaml11 } from "./yaml11.ts";

/** Where Debian's docker-compose is, installed where it is missing. */
export function needCompose(): Promise<string> {
  const why = "the benchmark's comparison";
  return needCommand("docker-compose", { packages: ["docker-compose"], services: [], why });
}

/** Debian's docker-compose with the compose service's file; its directory is the host's, as there. */
export async function dockerCompose(
  serviceFor: (desired: Desired) => Service,
  options: { directory: string; dockerHost: string },
): Promise<Tool> {
  const { directory } = options;
  const command = await needCompose();
  const env = { DOCKER_HOST: options.dockerHost, COMPOSE_PROJECT_NAME: "alloy" };
  const compose = async (...args: string[]) => void (await run(command, args, { directory, env }));
  return {
    name: "docker-compose",
    async write(desired) {
      const service = serviceFor(desired);
      // The same directory throughout: a running container has it mounted.
      await mkdir(join(directory, "config"), { recursive: true });
      await mkdir(join(directory, "data"), { recursive: true });
      for (const [name, text] of Object.entries(flatConfig(desired.bundle))) {
        await writeFile(join(directory, "config", name), text);
      }
      await writeFile(join(directory, "compose.yaml"), yaml11(composeFile(service)));
      await writeFile(join(directory, ".env"), envFile(service), { mode: 0o600 });
    },
    // `up` alone sees no change in a mounted file.
    apply: (operation) =>
      operation === "pipeline"
        ? compose("-f", "compose.yaml", "up", "-d", "--force-recreate", "--no-deps", "alloy")
        : compose("-f", "compose.yaml", "up", "-d"),
    reload: () => compose("-f", "compose.yaml", "kill", "-s", "SIGHUP", "alloy"),
    remove: () => compose("-f", "compose.yaml", "down"),
  };
}
