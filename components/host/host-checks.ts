import * as pulumi from "@pulumi/pulumi";
import type { ChecksRequest } from "../../checks/host/request.ts";
import { machineCommand } from "./machine-command.ts";

export interface HostChecksArgs {
  request: pulumi.Input<ChecksRequest>;
  /** Secret. Password for the request's registry. */
  registryPassword?: pulumi.Output<string>;
}

/**
 * The checks of a host as a resource. They run on this machine, where the two things are that a command on the
 * host lacks: its answer when SSH itself fails, and a clock to compare the host's with.
 */
export function hostChecks(
  name: string,
  { request, registryPassword }: HostChecksArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
  const stdin = pulumi.jsonStringify(
    registryPassword ? { request, registryPassword } : { request },
  );
  return machineCommand(name, { program: "components/host-checks/main.ts", stdin }, opts);
}
