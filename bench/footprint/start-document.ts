import { chmod, copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type Docker from "dockerode";
import { entriesArchive } from "../../lab/images/entries.ts";
import type { Lab } from "../../lab/lab.ts";
import { labDir } from "../../lab/paths.ts";
import { lastLines } from "../../lab/world/containers.ts";
import {
  DOCUMENT,
  documentContainer,
  documentEnv,
  type Inspected,
  STATE_VOLUME,
  stateEntry,
} from "./document-container.ts";
import { BENCH_LABEL } from "./load.ts";

/** Directory of the copy of the configuration that is mounted; goes with the lab. */
export const benchDirectory = join(labDir, "bench");

/** Starts the second agent beside `alloy`. */
export async function startDocument(docker: Docker, lab: Lab): Promise<void> {
  const alloy = (await docker.getContainer("alloy").inspect()) as Inspected;
  const { options, others } = documentContainer(alloy, {
    configFile: await readableConfig(),
    journal: lab.facts.journal.path,
    env: documentEnv(lab.world),
  });
  await makeState(docker, alloy);
  const container = await docker.createContainer(options);
  for (const network of others) {
    await docker.getNetwork(network).connect({ Container: container.id });
  }
  await container.start();
}

/** A volume whose state directory is the agent's own, written through a container that never starts. */
async function makeState(docker: Docker, alloy: Inspected): Promise<void> {
  const Labels = { [BENCH_LABEL]: "true" };
  await docker.createVolume({ Name: STATE_VOLUME, Labels });
  const target = "/state";
  const helper = await docker.createContainer({
    name: "bench-state",
    Image: alloy.Image,
    Labels,
    HostConfig: { Mounts: [{ Type: "volume", Source: STATE_VOLUME, Target: target }] },
  });
  await helper.putArchive(entriesArchive([stateEntry(alloy)]), { path: target });
  await helper.remove();
}

/** The id of the container's first process. Throws with the last lines of one that has ended. */
export async function mustRun(docker: Docker, name: string): Promise<number> {
  const { State } = await docker.getContainer(name).inspect();
  if (State.Running) return State.Pid;
  throw new Error(`${name} has ended (${State.ExitCode}): ${await lastLines(docker, name)}`);
}

/** A copy that the agent's user can read, whatever the mode of the checkout is. */
async function readableConfig(): Promise<string> {
  await mkdir(benchDirectory, { recursive: true });
  const file = join(benchDirectory, `${DOCUMENT.host}.alloy`);
  await copyFile(join(import.meta.dirname, "document.alloy"), file);
  await chmod(file, 0o644);
  return file;
}
