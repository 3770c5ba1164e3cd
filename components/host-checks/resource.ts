import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { ChecksRequest } from "./request.ts";

export interface HostChecksArgs {
  request: ChecksRequest;
  /** Secret. Password for the request's registry. */
  registryPassword?: pulumi.Output<string>;
}

/**
 * Runs on this machine, where the two things are that a command on the host lacks: its answer when SSH
 * itself fails, and a clock to compare the host's with. From the project's directory, which is where
 * Pulumi runs providers: an absolute path would be another on each machine, and so a change.
 */
const checks = `cd "\${GRAFANA_ALLOY_PROJECT:-.}" && exec node components/host-checks/main.ts`;

/**
 * The checks of a host as a resource. One that fails is not in the state, and so runs again with the next
 * update; one that passed runs again when what it was asked changes.
 */
export function hostChecks(
  name: string,
  { request, registryPassword }: HostChecksArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
  const asked = registryPassword
    ? pulumi.jsonStringify({ request, registryPassword })
    : JSON.stringify({ request });
  return new command.local.Command(
    name,
    {
      create: checks,
      stdin: asked,
      addPreviousOutputInEnv: false,
      logging: command.local.Logging.None,
    },
    opts,
  );
}
