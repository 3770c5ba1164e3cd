import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { PassThrough } from "node:stream";
import type Docker from "dockerode";
import { socketProxyEnvs } from "../../components/agent/socket-proxy.ts";
import { settings as schema } from "../../config/schema.ts";
import { destroyStacks } from "../../lab/destroy.ts";
import { dockerClient } from "../../lab/docker-engine.ts";
import type { Lab } from "../../lab/lab.ts";
import { labDir } from "../../lab/paths.ts";
import { step } from "../../lab/progress.ts";
import { inLab } from "../../lab/settings.ts";
import type { StackSettings } from "../../lab/stack.ts";
import { stackFile } from "../../lab/stack-file.ts";
import { ansible } from "./ansible.ts";
import { cycle, type Measured } from "./cycle.ts";
import { dockerCompose } from "./docker-compose.ts";
import { ours } from "./ours.ts";
import type { Desired, Service } from "./service.ts";
import { directoryOf, surroundings } from "./surroundings.ts";
import type { Tool, ToolName } from "./tool.ts";

/** What each tool was measured by, run by run. */
export type Operations = Record<ToolName, Measured[]>;

/** Lets the tools take turns on the lab's host, `runs` times or until the signal; then what is measured counts. */
export async function operations(lab: Lab, runs: number, signal: AbortSignal): Promise<Operations> {
  await step("taking away what an earlier command deployed", () => destroyStacks(lab));
  const docker = dockerClient(lab.docker.host);
  const settings = benchSettings(lab);
  const tokens = [newToken(), newToken()] as const;
  for (const token of tokens) await lab.acceptToken(token);
  const { tools, close } = await allTools(lab, settings);
  try {
    const around = surroundings(lab, docker, settings, tokens);
    const results: Operations = { ours: [], "docker-compose": [], Ansible: [] };
    for (let run = 1; run <= runs; run += 1) {
      for (const tool of tools) {
        if (signal.aborted) return results;
        await clear(lab, docker, tool.name);
        const host = `bench-${tool.name.toLowerCase()}-${run}-${tokens[0].slice(-6)}`;
        const label = `run ${run} of ${runs}: ${tool.name}`;
        results[tool.name].push(await step(label, () => cycle(tool, around, host)));
        await clear(lab, docker, tool.name);
      }
    }
    return results;
  } finally {
    await close();
  }
}

const newToken = () => `glc_bench_${randomBytes(18).toString("hex")}`;

/** The local stack without GitHub, which is asked every 10 min. */
function benchSettings(lab: Lab): StackSettings {
  const { github: _, githubToken: __, ...settings } = inLab(stackFile("local"), lab.facts);
  const pipelines = (settings.pipelines as string[]).filter((name) => name !== "github");
  const host = { ...(settings.host as object), directory: directoryOf(lab, "ours") };
  return { ...settings, host, pipelines };
}

async function allTools(lab: Lab, settings: StackSettings) {
  const { workspace } = await lab.stack("bench", settings);
  const pulumi = await ours(workspace.pulumiCommand.command, workspace.envVars, settings);
  const dockerHost = lab.docker.host;
  const sources = join(labDir, "bench", "ansible");
  const service = (tool: ToolName) => (desired: Desired) =>
    serviceOf(settings, directoryOf(lab, tool), desired);
  const compose = { directory: directoryOf(lab, "docker-compose"), dockerHost };
  const tools: Tool[] = [
    pulumi,
    await dockerCompose(service("docker-compose"), compose),
    await ansible(service("Ansible"), { sources, dockerHost }),
  ];
  const close = async () => {
    await pulumi.close();
    await rm(sources, { recursive: true, force: true });
  };
  return { tools, close };
}

/** The service as the other tools are told it, from the same settings. */
function serviceOf(raw: StackSettings, directory: string, desired: Desired): Service {
  const { host, images, limits, networks, postgres, ...settings } = schema.parse(raw);
  const name = (image: string | { local: string }) =>
    typeof image === "string" ? image : image.local;
  return {
    directory,
    images: {
      alloy: name(images.alloy),
      init: name(images.init),
      socketProxy: name(images.socketProxy),
    },
    ...host.serviceAccount,
    journalGid: host.journal.gid,
    dockerSocket: host.dockerSocket,
    frontendSubnet: networks.frontendSubnet,
    externalNetworks: [...new Set(postgres.map(({ network }) => network))].sort(),
    memory: { alloy: limits.alloyMemory, init: 64, socketProxy: limits.socketProxyMemory },
    secrets: {
      METRICS_PASSWORD: desired.metricsPassword,
      LOGS_PASSWORD: String(settings.logsPassword),
    },
    proxyEnvironment: socketProxyEnvs,
  };
}

/** An empty host: what Alloy's user wrote goes through a container, since that may be another user. */
async function clear(lab: Lab, docker: Docker, tool: ToolName): Promise<void> {
  await mkdir(lab.facts.hostDirectory, { recursive: true });
  const directory = basename(directoryOf(lab, tool));
  const image = lab.facts.images?.init ?? schema.parse(benchSettings(lab)).images.init;
  const command = ["rm", "-rf", `/hosts/${directory}`];
  const output = new PassThrough();
  const [{ StatusCode }] = await docker.run(String(image), command, output, {
    Tty: true,
    HostConfig: {
      AutoRemove: true,
      NetworkMode: "none",
      Binds: [`${lab.facts.hostDirectory}:/hosts`],
    },
  });
  if (StatusCode !== 0) throw new Error(`${directory} can't be removed: ${output.read()}`);
}
