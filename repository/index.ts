import { loadSettings } from "../config/load.ts";
import { crossFaults, repositoryProgram } from "./settings.ts";
import { WorkflowsAccess } from "./workflows-access.ts";

/** Declares what the workflows need of their repository. */
export default function program(): void {
  new WorkflowsAccess("workflows", loadSettings(repositoryProgram, crossFaults));
}
