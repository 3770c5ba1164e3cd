import * as pulumi from "@pulumi/pulumi";
import { faultsMessage } from "../config/faults.ts";
import { isConfigSecret } from "../config/load.ts";
import { readRaw } from "../config/parse.ts";
import { readSettings } from "./settings.ts";
import { WorkflowsAccess } from "./workflows-access.ts";

/** Declares what the workflows need of their repository. */
export default function program(): void {
  const [project, stack] = [pulumi.getProject(), pulumi.getStack()];
  const read = readSettings(
    readRaw(pulumi.runtime.allConfig(), project),
    (name) => isConfigSecret(`${project}:${name}`),
    stack,
  );
  if ("faults" in read) throw new pulumi.RunError(faultsMessage(read.faults, stack));
  new WorkflowsAccess("workflows", read.settings);
}
