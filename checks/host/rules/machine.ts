import { type Check, checked } from "../check.ts";
import type { Findings } from "../findings.ts";
import type { ChecksRequest } from "../request.ts";

/** Another address may lead to the same machine. On another one nothing of the stack is, and its tokens stay behind. */
export function machineChecks(found: Findings, { movedFrom, stack }: ChecksRequest): Check[] {
  if (movedFrom === undefined || !found.docker) return [];
  const fault = !found.agent && {
    path: "host.connection.address",
    reason: `leads to a machine without a container alloy, while the stack was deployed at ${movedFrom}: its tokens would stay there`,
    fix: `set ${movedFrom} and its host key again, pulumi destroy --stack ${stack}, then set the new ones; if that machine is lost, see docs/recovery.md`,
  };
  return [checked("machine", found.agent ? "has the agent" : "another one", fault)];
}
