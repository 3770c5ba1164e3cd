import type { Lab } from "./lab.ts";
import { step } from "./progress.ts";
import { inLab } from "./settings.ts";
import { isDeployed } from "./stack.ts";
import { stackFile } from "./stack-file.ts";
import { leaveFrontend } from "./world.ts";

const stackNames = ["local", "svlnas", "svlazext"];

/** Stacks of the lab that have something on its host. */
export async function deployedStacks(): Promise<string[]> {
  const deployed = await Promise.all(stackNames.map(isDeployed));
  return stackNames.filter((_, index) => deployed[index]);
}

/** Destroys every stack that is deployed, the Traefik stand-in first taken out of its network. */
export async function destroyStacks(lab: Lab): Promise<void> {
  await leaveFrontend(lab.docker);
  for (const name of await deployedStacks()) {
    const stack = await lab.stack(name, inLab(stackFile(name), lab.facts));
    await step(`pulumi destroy --stack ${name}`, () => stack.destroy());
  }
}
