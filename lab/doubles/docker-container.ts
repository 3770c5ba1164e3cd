import type Docker from "dockerode";
import { type DockerClient, isMissing, message } from "./docker-client.ts";
import { checkContainer } from "./docker-container-check.ts";
import { resources } from "./docker-container-host.ts";
import { createOptions } from "./docker-container-options.ts";
import { refreshedInputs, stateOf } from "./docker-container-refresh.ts";
import {
  connectNetworks,
  ExitedError,
  requireRunning,
  waitExit,
  waitHealthy,
} from "./docker-container-run.ts";
import {
  containerSchema,
  diffContainer,
  UPDATED,
  withDefaults,
} from "./docker-container-schema.ts";
import { findImage } from "./docker-image.ts";
import { PartialCreateError, type ResourceDouble } from "./provider.ts";
import { type Bag, sameValue } from "./values.ts";

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
async function run(docker: Docker, container: Docker.Container, given: Bag) {
  const inputs = withDefaults(given);
  await connectNetworks(docker, container.id, inputs);
  if (inputs.start !== true) return undefined;
  await container.start().catch((error) => {
    throw new Error(`Unable to start container: ${message(error)}`);
  });
  if (inputs.wait === true) await waitHealthy(container, Number(inputs.waitTimeout));
  const logs = inputs.attach === true ? await waitExit(container, inputs.logs === true) : undefined;
  if (inputs.mustRun === true) {
    await requireRunning(container, Number(inputs.containerReadRefreshTimeoutMilliseconds));
  }
  return logs;
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
  await container.remove({ v: state.removeVolumes !== false, force: true }).catch((error) => {
    if (isMissing(error) || message(error).includes("is already in progress")) return;
    throw new Error(`Error deleting container ${id}: ${message(error)}`);
  });
}

/** Applies what can be applied to a running container; all of it is sent, as the real one does. */
async function applyUpdate(container: Docker.Container, state: Bag, news: Bag): Promise<void> {
  const defaulted = withDefaults(news);
  if (UPDATED.every((key) => sameValue(defaulted[key], withDefaults(state)[key]))) return;
  const { Ulimits: _ulimits, ShmSize: _shmSize, ...limits } = resources(defaulted);
  const options = {
    ...limits,
    RestartPolicy: {
      Name: String(defaulted.restart),
      MaximumRetryCount: Number(defaulted.maxRetryCount ?? 0),
    },
  };
  await container.update(options).catch((error) => {
    throw new Error(`Unable to update a container: ${message(error)}`);
  });
}

/** `docker:index/container:Container` on the real Docker engine. */
export const container: ResourceDouble<DockerClient> = {
  schema: containerSchema,
  computedOnUpdate: "kept",
  check: checkContainer,
  diff: diffContainer,

  async create(inputs, { client: { docker, ...client } }) {
    const created = await create({ docker, ...client }, inputs);
    try {
      const containerLogs = await run(docker, created, inputs);
      const outs = await stateOf(docker, await created.inspect(), inputs);
      return { id: created.id, outs: { ...outs, containerLogs } };
    } catch (error) {
      if (!(error instanceof ExitedError)) {
        throw new PartialCreateError(created.id, inputs, message(error));
      }
      await remove(docker, created.id, withDefaults(inputs));
      throw error;
    }
  },

  async read(id, state, inputs, { client: { docker } }) {
    const info = await docker
      .getContainer(id)
      .inspect()
      .catch((error) => {
        if (isMissing(error)) return undefined;
        throw new Error(message(error));
      });
    if (!info) return undefined;
    if (!info.State.Running && withDefaults(state).mustRun === true && state.networkDatas) {
      // The real provider does this too: one that must run and doesn't is removed on refresh.
      await remove(docker, id, state);
      return undefined;
    }
    const live = await stateOf(docker, info, inputs);
    return {
      outs: { ...state, ...live },
      inputs: refreshedInputs(inputs, state, live),
    };
  },

  async update(id, state, news, { client: { docker } }) {
    const target = docker.getContainer(id);
    await applyUpdate(target, state, news);
    const live = await stateOf(docker, await target.inspect(), news);
    return { ...state, ...live, ...news };
  },

  delete: (id, state, { client: { docker } }) => remove(docker, id, withDefaults(state)),
};
