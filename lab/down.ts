import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { deployedStacks, destroyStacks } from "./destroy.ts";
import { dockerEngine, stopDockerEngine } from "./docker-engine.ts";
import { removeLabImages } from "./images.ts";
import { startLab } from "./lab.ts";
import { stopLive } from "./live/start.ts";
import { labDir } from "./paths.ts";
import { say, step } from "./progress.ts";
import { stopSshd } from "./sshd.ts";
import { stopWorld } from "./world.ts";

/** Removes everything that the lab made on this machine, and nothing else. Caches stay. */
export async function down(): Promise<void> {
  if (!existsSync(labDir)) {
    say("there is no lab to take down");
    return;
  }
  if ((await deployedStacks()).length > 0) await destroyInLab();
  await stopSshd();
  await stopLive();
  const engine = await dockerEngine();
  await step("removing sinks, databases and stand-ins", () => stopWorld(engine));
  if (engine.private) await step("ending the private Docker engine", stopDockerEngine);
  else await step("removing the lab's images", () => removeLabImages(engine));
  await rm(labDir, { recursive: true, force: true });
}

/** The lab must run for its stacks to be destroyed. */
async function destroyInLab(): Promise<void> {
  const lab = await startLab();
  try {
    await destroyStacks(lab);
  } finally {
    await lab.close();
  }
}
