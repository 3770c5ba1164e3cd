import type Docker from "dockerode";
import { dockerClient, type Engine } from "./docker-engine.ts";
import { type BuiltImage, imagesArchive } from "./images/archive.ts";
import { PUBLISHED_IMAGES, type WorldImages } from "./images/published.ts";
import { alloyImage, initImage, socketProxyImage } from "./images/roles/agent.ts";
import { haproxyImage, prometheusImage, victoriaLogsImage } from "./images/roles/sinks.ts";
import {
  busyboxImage,
  nodeImage,
  postgresExporterImage,
  postgresImage,
} from "./images/roles/sources.ts";
import { step } from "./progress.ts";

/** Images that the lab builds where none can be pulled, by what a container is for. */
const BUILDERS = {
  alloy: alloyImage,
  init: initImage,
  socketProxy: () => socketProxyImage(),
  prometheus: prometheusImage,
  victoriaLogs: victoriaLogsImage,
  haproxy: haproxyImage,
  postgres: postgresImage,
  postgresExporter: postgresExporterImage,
  node: nodeImage,
  busybox: busyboxImage,
} satisfies Record<string, () => Promise<BuiltImage>>;

export type Role = keyof typeof BUILDERS;
export type Images = Record<Role, string>;

const allRoles = Object.keys(BUILDERS) as Role[];

/** Local image names for `roles`, built from Debian packages and Go modules where the engine lacks them. */
export async function labImages<R extends Role = Role>(
  engine: Engine,
  roles: R[] = allRoles as R[],
): Promise<Record<R, string>> {
  const docker = dockerClient(engine.host);
  const images = await makeAll(roles);
  const present = await presentImages(docker);
  const missing = [...images.values()].filter(({ name }) => !present.has(name));
  if (missing.length) {
    await step(`loading ${missing.length} images into Docker`, () => load(docker, missing));
  }
  const names = [...images].map(([role, { name }]) => [role, name]);
  return Object.fromEntries(names) as Record<R, string>;
}

/** Ids of images that are on the engine: so a stack names those that no registry has. */
export async function imageIds<R extends string>(
  engine: Engine,
  images: Record<R, string>,
): Promise<Record<R, string>> {
  const docker = dockerClient(engine.host);
  const ids = Object.entries<string>(images).map(async ([role, name]) => {
    const { Id } = await docker.getImage(name).inspect();
    return [role, Id] as const;
  });
  return Object.fromEntries(await Promise.all(ids)) as Record<R, string>;
}

/** The published images of what stands around the agent, pulled where the engine lacks them. */
export async function pulledImages(engine: Engine): Promise<WorldImages> {
  const docker = dockerClient(engine.host);
  const present = await presentImages(docker);
  // The engine's list leaves out Docker Hub's name and its folder of official images.
  const short = (name: string) => name.replace(/^docker\.io\/(library\/)?/, "");
  const missing = Object.values(PUBLISHED_IMAGES).filter((name) => !present.has(short(name)));
  if (missing.length) {
    await step(`pulling ${missing.length} images`, async () => {
      await Promise.all(missing.map(async (name) => finished(docker, await docker.pull(name))));
    });
  }
  return PUBLISHED_IMAGES;
}

async function presentImages(docker: Docker): Promise<Set<string>> {
  return new Set((await docker.listImages()).flatMap(({ RepoTags }) => RepoTags ?? []));
}

/** All images that the lab builds; what they consist of is in the cache then, for labs that start at the same time. */
export async function builtImages(): Promise<BuiltImage[]> {
  return [...(await makeAll(allRoles)).values()];
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

async function load(docker: Docker, images: BuiltImage[]): Promise<void> {
  await finished(docker, await docker.loadImage(imagesArchive(images)));
}

async function finished(docker: Docker, answer: NodeJS.ReadableStream): Promise<void> {
  await new Promise((done, failed) =>
    docker.modem.followProgress(answer, (error) => (error ? failed(error) : done(undefined))),
  );
}
