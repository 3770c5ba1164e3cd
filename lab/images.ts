import { dockerClient, type Engine } from "./docker-engine.ts";
import { type BuiltImage, imagesArchive } from "./images/archive.ts";
import { alloyImage, initImage, socketProxyImage } from "./images/roles/agent.ts";
import { gatewayImage, prometheusImage, victoriaLogsImage } from "./images/roles/sinks.ts";
import {
  loggerImage,
  nodeImage,
  postgresExporterImage,
  postgresImage,
} from "./images/roles/sources.ts";
import { step } from "./progress.ts";

/** What a container of the lab is for, with how its image is made. */
const BUILDERS = {
  alloy: alloyImage,
  init: initImage,
  socketProxy: () => socketProxyImage(),
  prometheus: prometheusImage,
  victoriaLogs: victoriaLogsImage,
  gateway: gatewayImage,
  postgres: postgresImage,
  postgresExporter: postgresExporterImage,
  node: nodeImage,
  logger: loggerImage,
} satisfies Record<string, () => Promise<BuiltImage>>;

export type Role = keyof typeof BUILDERS;

/** The roles of the agent's own containers, whose real images are used where they can be pulled. */
export type AgentRole = "alloy" | "init" | "socketProxy";

/** The roles of what stands around the agent. */
export type WorldRole = Exclude<Role, AgentRole>;
export type WorldImages = Record<WorldRole, string>;

export const agentRoles: AgentRole[] = ["alloy", "init", "socketProxy"];
export const allRoles = Object.keys(BUILDERS) as Role[];
export const worldRoles = allRoles.filter(
  (role) => !agentRoles.includes(role as AgentRole),
) as WorldRole[];

/** Local image names for `roles`, built from Debian packages and Go modules where the engine lacks them. */
export async function labImages<R extends Role = Role>(
  engine: Engine,
  roles: R[] = allRoles as R[],
): Promise<Record<R, string>> {
  const docker = dockerClient(engine.host);
  const images = await makeAll(roles);
  const present = new Set((await docker.listImages()).flatMap(({ RepoTags }) => RepoTags ?? []));
  const missing = [...images.values()].filter(({ name }) => !present.has(name));
  if (missing.length) {
    await step(`loading ${missing.length} images into Docker`, () => load(docker, missing));
  }
  return Object.fromEntries([...images].map(([role, { name }]) => [role, name])) as Record<
    R,
    string
  >;
}

/** Makes what the images consist of, programs and layers, into the cache: for labs that start at the same time. */
export async function makeImages(): Promise<void> {
  await makeAll(allRoles);
}

/** Loads an image that no role has; returns its name. */
export async function loadImage(engine: Engine, image: BuiltImage): Promise<string> {
  await load(dockerClient(engine.host), [image]);
  return image.name;
}

/** Side by side: compiling keeps the processors busy, unpacking Debian's packages the disk and the network. */
async function makeAll<R extends Role>(roles: R[]): Promise<Map<R, BuiltImage>> {
  const made = roles.map(async (role): Promise<[R, BuiltImage]> => [role, await BUILDERS[role]()]);
  return new Map(await Promise.all(made));
}

/** Removes the lab's images from an engine that stays. */
export async function removeLabImages(engine: Engine): Promise<void> {
  const docker = dockerClient(engine.host);
  const reference = ["grafana-alloy-lab/*"];
  const images = await docker.listImages({ filters: { reference } });
  const names = images.flatMap(({ RepoTags }) => RepoTags ?? []);
  for (const name of names) await docker.getImage(name).remove();
}

async function load(docker: ReturnType<typeof dockerClient>, images: BuiltImage[]): Promise<void> {
  const answer = await docker.loadImage(imagesArchive(images));
  await new Promise((done, failed) =>
    docker.modem.followProgress(answer, (error) => (error ? failed(error) : done(undefined))),
  );
}
