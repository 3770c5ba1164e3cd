import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { deployedStacks, destroyStacks } from "../../lab/destroy.ts";
import { dockerClient } from "../../lab/docker-engine.ts";
import { labImages } from "../../lab/images.ts";
import type { Lab } from "../../lab/lab.ts";
import { step } from "../../lab/progress.ts";
import { inLab as settingsInLab } from "../../lab/settings.ts";
import { stackFile } from "../../lab/stack-file.ts";
import { ensureContainer } from "../../lab/world/containers.ts";
import { joinFrontend } from "../../lab/world.ts";
import { removeBench } from "../bench-containers.ts";
import { inLab } from "../in-lab.ts";
import type { Options } from "../options.ts";
import type { Report } from "../report.ts";
import { stopwatch, until } from "../time.ts";
import { DOCUMENT, loadContainer, startDocument } from "./containers.ts";
import { allAnswer, type Footprint, observe, type Subject, seriesByJob } from "./observe.ts";
import { footprintReport } from "./rows.ts";

/** How long an agent may take to start, in s. */
const START_SECONDS = 120;

/** Measures the deployed agent beside the compose service's configuration, and takes away what that needed. */
export function footprint(options: Options<"footprint">, signal: AbortSignal): Promise<Report> {
  return inLab(async (lab) => {
    const wasDeployed = (await deployedStacks()).includes("local");
    const docker = dockerClient(lab.docker.host);
    await removeBench(docker);
    try {
      const stack = await lab.stack("local", settingsInLab(stackFile("local"), lab.facts));
      await step("pulumi up --stack local", () => stack.up());
      await joinFrontend(lab.docker);
      return await measure(lab, docker, options, signal);
    } finally {
      await step("removing the benchmark's containers", () => removeBench(docker));
      if (!wasDeployed) await destroyStacks(lab);
    }
  });
}

async function measure(
  lab: Lab,
  docker: Docker,
  { minutes, containers, "warm-up": warmUp }: Options<"footprint">,
  signal: AbortSignal,
): Promise<Report> {
  const { busybox } = await labImages(lab.docker, ["busybox"]);
  const subjects: Subject[] = [{ container: "alloy", host: "local" }, DOCUMENT];
  await step(`starting ${containers} containers`, async () => {
    for (let i = 1; i <= containers; i += 1) {
      signal.throwIfAborted();
      await ensureContainer(docker, loadContainer(busybox, i));
    }
  });
  const sinceStart = stopwatch();
  await step("starting both agents", async () => {
    // Both are equally old when they are measured.
    await docker.getContainer("alloy").restart({ t: 30 });
    await startDocument(docker, lab);
    await until("both agents answer", START_SECONDS, () => allAnswer(docker, subjects));
  });
  await step(`warming up, ${warmUp} min`, () => sleep(warmUp * 60_000, undefined, { signal }));
  const observed = await step(`measuring, ${minutes} min`, () =>
    observe(docker, subjects, minutes * 60, signal),
  );
  const series = await seriesByJob(lab.world.metrics, subjects, sinceStart());
  const [ours, document] = observed.map((seen, i) => ({ ...seen, series: series[i] ?? {} }));
  const running = await docker.listContainers();
  return footprintReport({
    containers: running.length,
    ours: ours as Footprint,
    document: document as Footprint,
  });
}
