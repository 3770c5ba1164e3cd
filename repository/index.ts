import { loadSettings } from "../config/load.ts";
import { requirePulumi } from "../config/require-pulumi.ts";
import { crossFaults, repositoryProgram } from "./settings.ts";
import { WorkflowsAccess } from "./workflows-access.ts";

/** Declares what the workflows need of their repository. */
export default async function program(): Promise<void> {
  await requirePulumi();
  new WorkflowsAccess("workflows", loadSettings(repositoryProgram, crossFaults));
}
