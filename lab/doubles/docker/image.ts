import { finished } from "node:stream/promises";
import type Docker from "dockerode";
import { diffInputs } from "../engine/diff.ts";
import type { ResourceDouble } from "../engine/provider.ts";
import type { Bag } from "../engine/values.ts";
import { type DockerClient, isMissing, message } from "./client.ts";

async function inspect(docker: Docker, name: string): Promise<Docker.ImageInspectInfo | undefined> {
  try {
    return await docker.getImage(name).inspect();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw new Error(
      `error looking up local image "${name}": unable to inspect image ${name}: ${message(error)}`,
    );
  }
}

/** The real provider lists all images before it looks for one: a host that can't be reached shows there. */
async function findLocal(docker: Docker, name: string) {
  await docker.listImages().catch((error) => {
    throw new Error(`unable to list Docker images: ${message(error)}`);
  });
  return inspect(docker, name);
}

/** The registry that an image name points to; a first part without dot or port is a Docker Hub user. */
function registryOf(name: string): string {
  const first = name.includes("/") ? (name.split("/")[0] ?? "") : "";
  return /[.:]/.test(first) || first === "localhost" ? first : "registry-1.docker.io";
}

function credentials(client: DockerClient, name: string): Docker.AuthConfig | undefined {
  const serveraddress = registryOf(name);
  const entry = client.registryAuth.find(
    ({ address }) => String(address).replace(/^https?:\/\//, "") === serveraddress,
  );
  if (!entry) return undefined;
  const { username = "", password = "" } = entry;
  return { username: String(username), password: String(password), serveraddress };
}

/** The name with `:latest` if it has neither tag nor digest: without, the API pulls every tag. */
export function withTag(name: string): string {
  return /@|:[^/]*$/.test(name) ? name : `${name}:latest`;
}

/** What fails once the registry has given the manifest stands in the stream, which the real provider does not read. */
async function pull(client: DockerClient, name: string): Promise<void> {
  const authconfig = credentials(client, name);
  const stream = await client.docker.pull(withTag(name), authconfig ? { authconfig } : {});
  await finished(stream.resume());
}

/**
 * The local image of that name or, if there is none, the pulled one (`findImage` of
 * terraform-provider-docker: what is there is not pulled again).
 */
export async function findImage(
  client: DockerClient,
  name: string,
): Promise<Docker.ImageInspectInfo> {
  const local = await findLocal(client.docker, name);
  if (local) return local;
  try {
    await pull(client, name);
  } catch (error) {
    throw new Error(`unable to pull image ${name}: error pulling image ${name}: ${message(error)}`);
  }
  const pulled = await findLocal(client.docker, name);
  if (!pulled) throw new Error(`unable to find or pull image ${name}`);
  return pulled;
}

/** True if the name or digest stands for that image on this host. */
export async function isSameImage(docker: Docker, name: string, imageId: string): Promise<boolean> {
  return name === imageId || (await inspect(docker, name))?.Id === imageId;
}

function outputs(inputs: Bag, { Id, RepoDigests }: Docker.ImageInspectInfo) {
  const name = String(inputs.name);
  const digests = RepoDigests ?? [];
  const repository = name.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
  const repoDigest = digests.find((digest) => digest.startsWith(`${repository}@`)) ?? digests[0];
  // The id is the image's with the name behind it, as in the real provider.
  return { id: Id + name, outs: { ...inputs, imageId: Id, repoDigest: repoDigest ?? "" } };
}

function unreadable(error: unknown): never {
  throw new Error(`Unable to read Docker image into resource: ${message(error)}`);
}

/** `docker:index/remoteImage:RemoteImage`. */
export const remoteImage: ResourceDouble<DockerClient> = {
  schema: { inputs: ["name", "keepLocally"], computed: ["imageId", "repoDigest"] },
  computedOnUpdate: "kept",
  diff: (olds, news) =>
    diffInputs(olds, news, { replaces: (key) => key === "name", deleteBeforeReplace: false }),

  async create(inputs, { client }) {
    return outputs(inputs, await findImage(client, String(inputs.name)).catch(unreadable));
  },

  async read(_id, state, inputs, { client }) {
    const image = await findLocal(client.docker, String(state.name)).catch(({ message }) => {
      throw new Error(`Error reading docker image list: ${message}`);
    });
    return image && { outs: { ...state, ...outputs(inputs, image).outs }, inputs };
  },

  async update(_id, state, news, { client }) {
    const image = await findImage(client, String(news.name)).catch(unreadable);
    return { ...state, ...outputs(news, image).outs };
  },

  async delete(_id, state, { client }) {
    if (state.keepLocally === true) return;
    const name = String(state.name);
    try {
      if (await findLocal(client.docker, name)) await client.docker.getImage(name).remove();
    } catch (error) {
      throw new Error(`Unable to remove Docker image: ${message(error)}`);
    }
  },
};
