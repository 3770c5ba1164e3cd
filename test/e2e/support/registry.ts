import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { needCommand } from "../../../lab/apt.ts";
import { dockerClient, type Engine } from "../../../lab/docker-engine.ts";
import { endProcess, startDetached, until } from "../../../lab/processes.ts";

/** Where the registry listens; Docker takes loopback addresses without TLS. */
export const REGISTRY = "127.0.0.1:19500";

/** A registry that keeps its images in a folder and can stand for Docker Hub as an engine's mirror. */
export async function registryIn(folder: string) {
  const config = join(folder, "config.yml");
  await mkdir(folder, { recursive: true });
  await writeFile(config, configOf(join(folder, "images")));
  const command = await needCommand("docker-registry", {
    packages: ["docker-registry"],
    services: ["docker-registry.service"],
    why: "a mirror of Docker Hub",
  });
  return { url: `http://${REGISTRY}`, command: [command, "serve", config], folder };
}

type Registry = Awaited<ReturnType<typeof registryIn>>;

const configOf = (images: string) => `version: 0.1
log: { level: warn }
storage: { filesystem: { rootdirectory: ${JSON.stringify(images)} } }
http: { addr: "${REGISTRY}" }
`;

/**
 * Fills the registry with images of an engine under the names of others, such as `docker.io/library/node:24`.
 * Returns these names, each with the digest that the image has there.
 */
export async function fill(
  { command: [command = "", ...args], folder }: Registry,
  engine: Engine,
  images: Record<string, string>,
): Promise<Record<string, string>> {
  const files = { logFile: join(folder, "log"), pidFile: join(folder, "pid") };
  const pid = await startDetached(command, args, files);
  try {
    await listening();
    const pushed: Record<string, string> = {};
    for (const [name, local] of Object.entries(images)) {
      pushed[name] = `${name}@${await push(engine, local, name)}`;
    }
    return pushed;
  } finally {
    await endProcess(pid, 5);
  }
}

async function listening(): Promise<void> {
  const answers = () =>
    fetch(`http://${REGISTRY}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    );
  if (!(await until(answers, 30)))
    throw new Error(`docker-registry does not listen on ${REGISTRY}.`);
}

async function push(engine: Engine, local: string, name: string): Promise<string> {
  const docker = dockerClient(engine.host);
  const [path, tag] = name.replace(/^(docker\.io|127\.0\.0\.1:\d+)\//, "").split(":");
  const repo = `${REGISTRY}/${path}`;
  await docker.getImage(local).tag({ repo, tag });
  const image = docker.getImage(`${repo}:${tag}`);
  const answer = await image.push({
    authconfig: { username: "", password: "", serveraddress: REGISTRY },
  });
  const said = await new Promise<{ error?: string }[]>((done, failed) =>
    docker.modem.followProgress(answer, (error, all) => (error ? failed(error) : done(all))),
  );
  const digest = (await image.inspect()).RepoDigests?.find((one) => one.startsWith(`${repo}@`));
  await image.remove();
  if (!digest) throw new Error(`${repo}:${tag} was not pushed: ${JSON.stringify(said.at(-1))}`);
  return digest.slice(`${repo}@`.length);
}
