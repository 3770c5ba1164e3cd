import { existsSync } from "node:fs";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { down } from "../../lab/down.ts";
import { type Lab, startLab } from "../../lab/lab.ts";
import { labDir } from "../../lab/paths.ts";
import { step } from "../../lab/progress.ts";
import { inLab } from "../../lab/settings.ts";
import { stackFile } from "../../lab/stack-file.ts";
import { joinFrontend, leaveFrontend } from "../../lab/world.ts";

/** Runs `work` in a lab with the `local` stack deployed, and leaves the lab as it was found. */
export async function inDeployedLab<T>(work: (lab: Lab) => Promise<T>): Promise<T> {
  const wasUp = existsSync(labDir);
  try {
    return await inStartedLab(work, wasUp);
  } finally {
    if (!wasUp) await down();
  }
}

async function inStartedLab<T>(work: (lab: Lab) => Promise<T>, stays: boolean): Promise<T> {
  const lab = await startLab();
  try {
    const stack = await lab.stack("local", inLab(stackFile("local"), lab.facts));
    const wasDeployed = Object.keys(await stack.outputs()).length > 0;
    try {
      await step("pulumi up --stack local", () => stack.up());
      await joinFrontend(lab.docker);
      return await work(lab);
    } finally {
      if (stays && !wasDeployed) await destroy(lab, stack);
    }
  } finally {
    await lab.close();
  }
}

async function destroy(lab: Lab, stack: Stack): Promise<void> {
  await leaveFrontend(lab.docker);
  await step("pulumi destroy --stack local", () => stack.destroy());
}
