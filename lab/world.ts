import type Docker from "dockerode";
import { dockerClient, type Engine } from "./docker-engine.ts";
import type { WorldImages } from "./images/published.ts";
import { step } from "./progress.ts";
import { standInPrograms } from "./stand-ins/bundle.ts";
import type { LiveTokens } from "./world/cloud-tokens.ts";
import {
  type ContainerSpec,
  ensureContainer,
  putFiles,
  removeLabelled,
} from "./world/containers.ts";
import { type Journal, startJournal, stopJournal } from "./world/journal.ts";
import { ensureNetwork } from "./world/networks.ts";
import { backendNetwork, DATABASES, postgresContainers } from "./world/postgres.ts";
import { waitForLogins, waitForPassword, waitForRefusal, waitForWorld } from "./world/ready.ts";
import { addCloudToken, forgetSecrets, worldSecrets } from "./world/secrets.ts";
import { gatewayContainer, LAB_NETWORK, type Sink, sinkContainers, sinks } from "./world/sinks.ts";
import { github, joinNetwork, leaveNetwork, standInContainers } from "./world/stand-ins.ts";

export interface World {
  metrics: Sink;
  logs: Sink;
  github: { url: string; token: string; nextToken: string; callsUrl: string };
  journal: Journal;
  /** Names of the lab's containers. */
  containers: string[];
}

export interface WorldOptions {
  /** `owner/name` of the repositories that the GitHub stand-in knows. */
  repositories?: string[];
}

const REPOSITORIES = ["DevSecNinja/truenas-apps", "DevSecNinja/dotfiles"];

/** The network that the agent shares with Traefik; Pulumi makes it. */
const FRONTEND = "alloy-frontend";

/** Starts everything around the agent: sinks, databases with exporters, stand-ins, a journal. */
export async function startWorld(
  engine: Engine,
  images: WorldImages,
  options: WorldOptions = {},
): Promise<World> {
  const docker = dockerClient(engine.host);
  const [secrets, programs] = await Promise.all([worldSecrets(), standInPrograms()]);
  const specs: ContainerSpec[] = [
    ...sinkContainers(images, secrets, programs),
    ...postgresContainers(images, secrets),
    ...standInContainers(images, secrets, programs, options.repositories ?? REPOSITORIES),
  ];
  const journal = await startJournal();
  await step("starting the sinks, databases and stand-ins", async () => {
    await startAll(docker, specs);
    await waitForWorld(docker, sinks(secrets), github(secrets));
  });
  const containers = specs.map(({ name }) => name);
  return { ...sinks(secrets), github: github(secrets), journal, containers };
}

/** Makes the sinks take a password beside their own, without a break for other senders. */
export async function acceptToken(
  engine: Engine,
  images: WorldImages,
  token: string,
  live: LiveTokens,
): Promise<void> {
  const docker = dockerClient(engine.host);
  const secrets = await addCloudToken(token);
  const gateway = gatewayContainer(images, secrets, live);
  await ensureContainer(docker, gateway);
  const container = docker.getContainer(gateway.name);
  await putFiles(container, gateway.changing ?? []);
  await container.kill({ signal: "SIGUSR2" });
  await waitForPassword(docker, sinks(secrets).metrics, token);
}

/** Makes the sinks take one password alone, as after all others were revoked, until `acceptToken`. */
export async function refuseOthers(
  engine: Engine,
  images: WorldImages,
  password: string,
): Promise<void> {
  const docker = dockerClient(engine.host);
  const secrets = await worldSecrets();
  const only = { metricsPassword: password, logsPassword: password, cloudTokens: [] };
  const gateway = gatewayContainer(images, { ...secrets, ...only });
  const container = docker.getContainer(gateway.name);
  await putFiles(container, gateway.changing ?? []);
  await container.kill({ signal: "SIGUSR2" });
  await waitForRefusal(sinks(secrets).metrics);
}

/** Makes the sinks take exactly these tokens beside their own passwords, each for what it may do. */
export async function takeTokens(
  engine: Engine,
  images: WorldImages,
  live: LiveTokens,
): Promise<void> {
  const docker = dockerClient(engine.host);
  const secrets = await worldSecrets();
  const gateway = gatewayContainer(images, secrets, live);
  const container = docker.getContainer(gateway.name);
  await putFiles(container, gateway.changing ?? []);
  await container.kill({ signal: "SIGUSR2" });
  const { read, write } = live.metrics;
  // Each of them: the gateway's process misses a signal that comes while it still follows the last one.
  const logins = secrets.issuedTokens.map((token) => ({
    token,
    writes: write.includes(token),
    reads: read.includes(token),
  }));
  await waitForLogins(sinks(secrets).metrics, logins);
}

/** Removes what startWorld made, on this machine and in Docker. */
export async function stopWorld(engine: Engine): Promise<void> {
  await removeLabelled(dockerClient(engine.host));
  await stopJournal();
  await forgetSecrets();
}

/** Makes the Traefik stand-in reachable as `traefik`, once the agent's network exists. */
export async function joinFrontend(engine: Engine, network = FRONTEND): Promise<void> {
  await joinNetwork(dockerClient(engine.host), network);
}

/** Takes the Traefik stand-in out of the agent's network, which can't be removed before. */
export async function leaveFrontend(engine: Engine, network = FRONTEND): Promise<void> {
  await leaveNetwork(dockerClient(engine.host), network);
}

async function startAll(docker: Docker, specs: ContainerSpec[]): Promise<void> {
  await ensureNetwork(docker, LAB_NETWORK.name, { subnet: LAB_NETWORK.subnet });
  for (const database of DATABASES) {
    await ensureNetwork(docker, backendNetwork(database), { internal: true });
  }
  await Promise.all(specs.map((spec) => ensureContainer(docker, spec)));
}
