import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { dockerClient } from "../../lab/docker-engine.ts";
import { labImages } from "../../lab/images.ts";
import type { Lab } from "../../lab/lab.ts";
import { step } from "../../lab/progress.ts";
import { inDeployedLab } from "./deployed-lab.ts";
import { DOCUMENT } from "./document-container.ts";
import { footprintOf, type Observed } from "./footprint.ts";
import { loadContainers, removeBench, startLoad } from "./load.ts";
import { activeSeries, observe, type Subject } from "./observe.ts";
import type { Options } from "./options.ts";
import type { Agent, Comparison } from "./report.ts";
import { benchDirectory, startDocument } from "./start-document.ts";

const SUBJECTS: Subject[] = [{ container: "alloy", host: "local" }, DOCUMENT];

/** Measures the deployed agent beside the document's, and takes away what that needed. */
export function compare(options: Options, signal: AbortSignal): Promise<Comparison> {
  return inDeployedLab(async (lab) => {
    const docker = dockerClient(lab.docker.host);
    await removeBench(docker);
    try {
      signal.throwIfAborted();
      return await measure(lab, docker, options, signal);
    } finally {
      await step("removing the benchmark's containers", () => removeBench(docker));
      await rm(benchDirectory, { recursive: true, force: true });
    }
  });
}

async function measure(
  lab: Lab,
  docker: Docker,
  { minutes, containers, warmUp }: Options,
  signal: AbortSignal,
): Promise<Comparison> {
  const { busybox } = await labImages(lab.docker, ["busybox"]);
  await step(`starting ${containers} containers`, () =>
    startLoad(docker, loadContainers(busybox, containers), signal),
  );
  const started = Date.now();
  await step("starting both agents", () => startAgents(docker, lab));
  await step(`warming up, ${warmUp} min`, () => sleep(warmUp * 60_000, undefined, { signal }));
  const observed = await step(`measuring, ${minutes} min`, () =>
    observe(docker, SUBJECTS, minutes * 60, signal),
  );
  const sinceStart = (Date.now() - started) / 1000;
  const running = await docker.listContainers();
  const series = await activeSeries(lab.world.metrics, SUBJECTS, sinceStart);
  const [ours, document] = observed.map((seen, i) => agentOf({ ...seen, series: series[i] ?? {} }));
  return {
    containers: running.length,
    sinceStart,
    ours: ours as Agent,
    document: document as Agent,
  };
}

function agentOf(observed: Observed): Agent {
  return { footprint: footprintOf(observed), series: observed.series };
}

/** Ours is restarted, so that both are equally old when they are measured. */
async function startAgents(docker: Docker, lab: Lab): Promise<void> {
  await docker.getContainer("alloy").restart({ t: 30 });
  await startDocument(docker, lab);
}
