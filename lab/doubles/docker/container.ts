import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { PartialCreateError, type ResourceDouble } from "../engine/provider.ts";
import { given } from "../engine/shapes.ts";
import { type Bag, sameValue } from "../engine/values.ts";
import { type DockerClient, isMissing, message } from "./client.ts";
import { LIMITS } from "./container-fields.ts";
import { connectNetworks, waitExit, waitHealthy } from "./container-run.ts";
import {
  checkContainer,
  containerSchema,
  diffContainer,
  isStopped,
  UPDATED,
  withDefaults,
} from "./container-schema.ts";
import { createOptions, refreshedInputs, restartPolicy, stateOf } from "./container-state.ts";
import { findImage } from "./image.ts";

/** The real provider reads a container back after 100 ms. */
const FIRST_LOOK_MS = 100;

async function create(client: DockerClient, inputs: Bag): Promise<Docker.Container> {
  const image = String(inputs.image);
  await findImage(client, image).catch((error) => {
    throw new Error(`Unable to create container with image ${image}: ${message(error)}`);
  });
  try {
    return await client.docker.createContainer(createOptions(inputs));
  } catch (error) {
    throw new Error(`Unable to create container: ${message(error)}`);
  }
}

/** All that follows the creation: networks, start, waiting. Gives the logs, if they were asked for. */
async function run(docker: Docker, container: Docker.Container, wanted: Bag) {
  const inputs = withDefaults(wanted);
  await connectNetworks(docker, container.id, inputs);
  await start(container);
  if (inputs.wait === true) await waitHealthy(container, Number(inputs.waitTimeout));
  return inputs.attach === true ? waitExit(container, inputs.logs === true) : undefined;
}

async function start(container: Docker.Container): Promise<void> {
  await container.start().catch((error) => {
    // 304: it is running already.
    if (error.statusCode === 304) return;
    throw new Error(`Unable to start container: ${message(error)}`);
  });
}

/** Stops and removes. Without `destroyGraceSeconds` the container is killed at once. */
async function remove(docker: Docker, id: string, state: Bag): Promise<void> {
  const container = docker.getContainer(id);
  if (state.attach !== true) {
    await container.stop({ t: Number(state.destroyGraceSeconds ?? 0) }).catch((error) => {
      // 304: it is stopped already.
      if (error.statusCode === 304) return;
      throw new Error(`Error stopping container ${id}: ${message(error)}`);
    });
  }
  await container.remove({ v: true, force: true }).catch((error) => {
    if (isMissing(error) || message(error).includes("is already in progress")) return;
    throw new Error(`Error deleting container ${id}: ${message(error)}`);
  });
}

/** Applies what can be applied to a running container; all of it is sent, as the real one does. */
async function applyUpdate(container: Docker.Container, state: Bag, news: Bag): Promise<void> {
  const defaulted = withDefaults(news);
  if (UPDATED.every((key) => sameValue(defaulted[key], withDefaults(state)[key]))) return;
  const limits = LIMITS.map(({ name, input, send }) => [name, send(defaulted[input])]);
  const options = { ...Object.fromEntries(limits), RestartPolicy: restartPolicy(defaulted) };
  await container.update(given(options)).catch((error) => {
    throw new Error(`Unable to update a container: ${message(error)}`);
  });
}

/** `docker:index/container:Container` on the real Docker engine. */
export const container: ResourceDouble<DockerClient> = {
  schema: containerSchema,
  computedOnUpdate: "kept",
  check: checkContainer,
  diff: diffContainer,

  // What has ended by now is created all the same: `mustRun` says so in the state, and the next update starts it.
  async create(inputs, { client }) {
    const created = await create(client, inputs);
    try {
      const containerLogs = await run(client.docker, created, inputs);
      await sleep(FIRST_LOOK_MS);
      const outs = await stateOf(client.docker, await created.inspect(), inputs);
      return { id: created.id, outs: { ...outs, containerLogs } };
    } catch (error) {
      throw new PartialCreateError(created.id, inputs, message(error));
    }
  },

  async read(id, state, inputs, { client: { docker } }) {
    if (!(await isListed(docker, id))) return undefined;
    const live = await stateOf(docker, await docker.getContainer(id).inspect(), inputs);
    return {
      outs: { ...state, ...live },
      inputs: refreshedInputs(inputs, state, live),
    };
  },

  async update(id, state, news, { client: { docker } }) {
    const target = docker.getContainer(id);
    await applyUpdate(target, state, news);
    if (isStopped(state) && !isStopped(withDefaults(news))) await start(target);
    const live = await stateOf(docker, await target.inspect(), news);
    return { ...state, ...live, ...news, mustRun: withDefaults(news).mustRun };
  },

  delete: (id, state, { client: { docker } }) => remove(docker, id, withDefaults(state)),
};

/** The real provider lists all containers before it looks at one: a host that can't be reached shows there. */
async function isListed(docker: Docker, id: string): Promise<boolean> {
  const all = await docker.listContainers({ all: true }).catch((error) => {
    throw new Error(`error fetching container information from Docker: ${message(error)}`);
  });
  return all.some(({ Id }) => Id === id);
}
