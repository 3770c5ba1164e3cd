import { join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { type LabCloud, simulatedGrafanaCloud } from "./cloud.ts";
import { dockerEngine, type Engine } from "./docker-engine.ts";
import { startDoubles } from "./doubles/engine/start.ts";
import { type Images, imageIds, labImages, pulledImages } from "./images.ts";
import { labDir } from "./paths.ts";
import { pulumiEngine } from "./pulumi.ts";
import type { LabFacts } from "./settings.ts";
import { labStack, type StackSettings } from "./stack.ts";
import { NO_TOKENS } from "./world/cloud-tokens.ts";
import { acceptToken, refuseOthers, startWorld, takeTokens, type World } from "./world.ts";

/** A host on this machine, ready to be deployed to. */
export interface Lab {
  docker: Engine;
  world: World;
  facts: LabFacts;
  /** The simulated Grafana Cloud; the sinks take exactly the tokens that are alive in it. */
  cloud: LabCloud;
  /** Makes the sinks take a password beside their own. */
  acceptToken(token: string): Promise<void>;
  /** Makes the sinks refuse all but this password, until `acceptToken`. */
  refuseOthers(password: string): Promise<void>;
  /** A stack of the real program on the lab's engine. */
  stack(name: string, settings: StackSettings, pipelines?: string): Promise<Stack>;
  /** Ends what lives only as long as this process: the provider doubles and the simulated Grafana Cloud. */
  close(): Promise<void>;
}

/** Starts the lab, or what of it is missing. The second time it takes seconds. */
export async function startLab(): Promise<Lab> {
  const [pulumi, { docker, agentImages, world }] = await Promise.all([
    pulumiEngine(),
    hostAndWorld(),
  ]);
  let live = NO_TOKENS;
  const cloud = await simulatedGrafanaCloud(world, (tokens) => {
    live = tokens;
    return takeTokens(docker, live);
  });
  const doubles = await startDoubles({
    logDir: join(labDir, "doubles"),
    realHostProviders: pulumi.realProviders,
    grafana: true,
    github: true,
  }).catch(async (error) => {
    await cloud.close();
    throw error;
  });
  return {
    docker,
    world,
    cloud,
    facts: labFacts(docker, world, agentImages),
    acceptToken: (token) => acceptToken(docker, token, live),
    refuseOthers: (password) => refuseOthers(docker, password),
    stack: (name, settings, pipelines) =>
      labStack({ name, settings, pipelines, engine: pulumi, providerEnv: doubles.env }),
    close: async () => {
      await doubles.stop();
      await cloud.close();
    },
  };
}

/** The Docker engine, with everything around the agent running on it. */
async function hostAndWorld() {
  const docker = await dockerEngine();
  const built = docker.canPull ? undefined : await labImages(docker);
  const images = built ?? (await pulledImages(docker));
  const agentImages = built && (await imageIds(docker, agentOf(built)));
  return { docker, agentImages, world: await startWorld(docker, images) };
}

function labFacts(docker: Engine, world: World, images: LabFacts["images"]): LabFacts {
  return {
    dockerSocket: docker.host.replace("unix://", ""),
    hostDirectory: join(labDir, "hosts"),
    images,
    metrics: world.metrics,
    logs: world.logs,
    github: world.github,
    journal: { gid: world.journal.gid, path: world.journal.directories[0] ?? "" },
  };
}

const agentOf = ({ alloy, init, socketProxy }: Images) => ({ alloy, init, socketProxy });
