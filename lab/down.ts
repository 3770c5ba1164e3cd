import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { destroyStacks } from "./destroy.ts";
import { dockerEngine, stopDockerEngine } from "./docker-engine.ts";
import { removeLabImages } from "./images.ts";
import { startLab } from "./lab.ts";
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
  if (await hasStacks()) await destroyInLab();
  await stopSshd();
  const engine = await dockerEngine();
  await step("removing sinks, databases and stand-ins", () => stopWorld(engine));
  if (engine.private) await step("ending the private Docker engine", stopDockerEngine);
  else await step("removing the lab's images", () => removeLabImages(engine));
  await rm(labDir, { recursive: true, force: true });
}

async function hasStacks(): Promise<boolean> {
  const state = join(labDir, "pulumi", "state", ".pulumi", "stacks", "grafana-alloy");
  return existsSync(state) && (await readdir(state)).length > 0;
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
