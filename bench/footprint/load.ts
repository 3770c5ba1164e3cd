import type Docker from "dockerode";
import { type ContainerSpec, ensureContainer } from "../../lab/world/containers.ts";
import { LAB_NETWORK } from "../../lab/world/sinks.ts";
import { LOGGING } from "../../lab/world/stand-ins.ts";

/** The mark on every container and volume of the benchmark, and the only ones that it removes. */
export const BENCH_LABEL = "grafana-alloy-lab.bench";

/** Containers that write a line a second each, as services of one compose project. */
export function loadContainers(image: string, count: number): ContainerSpec[] {
  return Array.from({ length: count }, (_, i) => {
    const name = `bench-${String(i + 1).padStart(2, "0")}`;
    return {
      name,
      image,
      ...LOGGING,
      labels: {
        [BENCH_LABEL]: "true",
        "com.docker.compose.project": "bench",
        "com.docker.compose.service": name,
      },
      networks: { [LAB_NETWORK.name]: {} },
      memory: 16,
    };
  });
}

/** Starts one container after the other: after a failure none is still on its way when all are removed. */
export async function startLoad(
  docker: Docker,
  specs: readonly ContainerSpec[],
  signal: AbortSignal,
): Promise<void> {
  for (const spec of specs) {
    signal.throwIfAborted();
    await ensureContainer(docker, spec);
  }
}

/** Removes every container and volume of the benchmark, those of an interrupted run too. */
export async function removeBench(docker: Docker): Promise<void> {
  const filters = { label: [`${BENCH_LABEL}=true`] };
  const containers = await docker.listContainers({ all: true, filters });
  await Promise.all(
    containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })),
  );
  const { Volumes } = await docker.listVolumes({ filters });
  await Promise.all((Volumes ?? []).map(({ Name }) => docker.getVolume(Name).remove()));
}
