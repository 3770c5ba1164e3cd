import * as pulumi from "@pulumi/pulumi";
import type { ChecksRequest } from "../../checks/host/request.ts";
import { machineCommand } from "./machine-command.ts";

export interface HostChecksArgs {
  request: pulumi.Input<ChecksRequest>;
  /** Secret. Password for the request's registry. */
  registryPassword?: pulumi.Output<string>;
  /** Whether the service's networks go with it. */
  ownNetworks: boolean;
}

/**
 * The checks of a host as a resource. It is made first and goes last, after tokens and policies: so its end is where
 * the networks are removed, and where the operator is told who is still in them.
 *
 * They run on this machine, where the two things are that a command on the
 * host lacks: its answer when SSH itself fails, and a clock to compare the host's with.
 */
export function hostChecks(
  name: string,
  { request, registryPassword, ownNetworks }: HostChecksArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
  const stdin = pulumi.jsonStringify(
    registryPassword ? { request, registryPassword } : { request },
  );
  const programs = {
    program: "components/host-checks/main.ts",
    rememberOutput: true,
    ...(ownNetworks && { atDeletion: "components/host-removal/main.ts" }),
  };
  return machineCommand(name, { ...programs, stdin }, opts);
}
