import { dirname } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { type PulumiCli, pulumiCli } from "../../../cli/shared/pulumi-cli.ts";

/** The CLI in a stack's own workspace, with its state and its providers. */
export function cliOf({ workspace }: Stack): PulumiCli {
  const { workDir, envVars, pulumiCommand } = workspace;
  const env = { ...envVars, PATH: `${dirname(pulumiCommand.command)}:${process.env.PATH}` };
  return pulumiCli({ directory: workDir, env });
}
