import type Docker from "dockerode";
import { dockerClient, type Engine } from "./docker-engine.ts";
import type { WorldImages } from "./images/published.ts";
import { step } from "./progress.ts";
import { standInPrograms } from "./stand-ins/bundle.ts";
import { type LiveTokens, NO_TOKENS } from "./world/cloud-tokens.ts";
import {
  type ContainerSpec,
  ensureContainer,
  putFiles,
  removeLabelled,
} from "./world/containers.ts";
import { type Journal, startJournal, stopJournal } from "./world/journal.ts";
import { ensureNetwork, LAB_LABEL } from "./world/networks.ts";
import { backendNetwork, DATABASES, postgresContainers } from "./world/postgres.ts";
import { type Login, waitForLogins, waitForWorld } from "./world/ready.ts";
import { addCloudToken, forgetSecrets, type WorldSecrets, worldSecrets } from "./world/secrets.ts";
import {
  GATEWAY,
  LAB_NETWORK,
  loginFiles,
  type Sink,
  sinkContainers,
  sinks,
} from "./world/sinks.ts";
import { github, standInContainers, TRAEFIK } from "./world/stand-ins.ts";

export interface World {
  metrics: Sink;
  logs: Sink;
  github: { url: string; token: string; nextToken: string; callsUrl: string };
  journal: Journal;
}

/** The network that the agent shares with Traefik; Pulumi makes it. */
const FRONTEND = "alloy-frontend";

/** Starts everything around the agent: sinks, databases with exporters, stand-ins, a journal. */
export async function startWorld(engine: Engine, images: WorldImages): Promise<World> {
  const docker = dockerClient(engine.host);
  const [secrets, programs] = await Promise.all([worldSecrets(), standInPrograms()]);
  const specs: ContainerSpec[] = [
    ...sinkContainers(images, secrets, programs),
    ...postgresContainers(images, secrets),
    ...standInContainers(images, secrets, programs),
  ];
  const journal = await startJournal();
  await step("starting the sinks, databases and stand-ins", async () => {
    await startAll(docker, specs);
    await waitForWorld(docker, sinks(secrets), github(secrets));
  });
  return { ...sinks(secrets), github: github(secrets), journal };
}

/** Makes the sinks take a password beside their own, without a break for other senders. */
export async function acceptToken(engine: Engine, token: string, live: LiveTokens): Promise<void> {
  const secrets = await addCloudToken(token);
  await changeLogins(engine, { secrets, live }, [{ token, writes: true, reads: true }]);
}

/** Makes the sinks take one password alone, as after all others were revoked, until `acceptToken`. */
export async function refuseOthers(engine: Engine, password: string): Promise<void> {
  const secrets = await worldSecrets();
  const only = { metricsPassword: password, logsPassword: password, cloudTokens: [] };
  const old = { token: secrets.metricsPassword, writes: false, reads: false };
  await changeLogins(engine, { secrets: { ...secrets, ...only }, live: NO_TOKENS }, [old]);
}

/** Makes the sinks take exactly these tokens beside their own passwords, each for what it may do. */
export async function takeTokens(engine: Engine, live: LiveTokens): Promise<void> {
  const secrets = await worldSecrets();
  const { read, write } = live.metrics;
  // Each of them: the gateway's process misses a signal that comes while it still follows the last one.
  const logins = secrets.issuedTokens.map((token) => ({
    token,
    writes: write.includes(token),
    reads: read.includes(token),
  }));
  await changeLogins(engine, { secrets, live }, logins);
}

/** Gives the running gateway its logins, and waits until it lets in who is expected. */
async function changeLogins(
  { host }: Engine,
  { secrets, live }: { secrets: WorldSecrets; live: LiveTokens },
  expected: Login[],
): Promise<void> {
  const gateway = dockerClient(host).getContainer(GATEWAY);
  await putFiles(gateway, loginFiles(secrets, live));
  await gateway.kill({ signal: "SIGUSR2" });
  await waitForLogins(sinks(secrets).metrics, expected);
}

/** Removes what startWorld made, on this machine and in Docker. */
export async function stopWorld(engine: Engine): Promise<void> {
  await removeLabelled(dockerClient(engine.host));
  await stopJournal();
  await forgetSecrets();
}

/** Makes the Traefik stand-in reachable as `traefik`, once the agent's network exists. */
export async function joinFrontend({ host }: Engine): Promise<void> {
  const docker = dockerClient(host);
  if (await isInFrontend(docker)) return;
  const options = { Container: TRAEFIK, EndpointConfig: { Aliases: ["traefik"] } };
  await docker.getNetwork(FRONTEND).connect(options);
}

/** Takes the Traefik stand-in out of the agent's network, which can't be removed before. */
export async function leaveFrontend({ host }: Engine): Promise<void> {
  const docker = dockerClient(host);
  if (!(await isInFrontend(docker))) return;
  await docker.getNetwork(FRONTEND).disconnect({ Container: TRAEFIK, Force: true });
}

async function isInFrontend(docker: Docker): Promise<boolean> {
  const filters = { label: [`${LAB_LABEL}=true`], name: [`^/${TRAEFIK}$`] };
  const [container] = await docker.listContainers({ all: true, filters });
  return FRONTEND in (container?.NetworkSettings.Networks ?? {});
}

async function startAll(docker: Docker, specs: ContainerSpec[]): Promise<void> {
  await ensureNetwork(docker, LAB_NETWORK.name, { subnet: LAB_NETWORK.subnet });
  for (const database of DATABASES) {
    await ensureNetwork(docker, backendNetwork(database), { internal: true });
  }
  await Promise.all(specs.map((spec) => ensureContainer(docker, spec)));
}
