import type Docker from "dockerode";

/** The mark on every container and volume of a benchmark, and the only ones that it removes. */
export const BENCH_LABEL = "grafana-alloy-lab.bench";

/** Removes every container and volume of a benchmark, those of an interrupted run too. */
export async function removeBench(docker: Docker): Promise<void> {
  const filters = { label: [`${BENCH_LABEL}=true`] };
  for (const { Id } of await docker.listContainers({ all: true, filters })) {
    await docker.getContainer(Id).remove({ force: true, v: true });
  }
  const { Volumes } = await docker.listVolumes({ filters });
  for (const { Name } of Volumes ?? []) await docker.getVolume(Name).remove();
}
