import { type Check, checked } from "../check.ts";
import type { Findings } from "../findings.ts";
import type { ChecksRequest } from "../request.ts";

/** Another address may lead to the same machine. On another one nothing of the stack is, and its tokens stay behind. */
export function machineChecks(
  found: Findings,
  { first, movedFrom, stack }: ChecksRequest,
): Check[] {
  if (!found.docker) return [];
  if (first) return firstChecks(found.agent, stack);
  if (movedFrom === undefined) return [];
  const other = otherMachine(found.agent, stack);
  const fault = other !== undefined && {
    path: "host.connection.address",
    reason: `leads to a machine ${other}, while the stack was deployed at ${movedFrom}: its tokens would stay there`,
    fix: `set ${movedFrom} and its host key again, pulumi destroy --stack ${stack}, then set the new ones; if that machine is lost, see docs/recovery.md`,
  };
  return [checked("machine", fault ? "another one" : "has the agent", fault)];
}

/** A first deployment would write its secrets and configuration before the other's container refuses its own. */
function firstChecks(agent: string | undefined, stack: string): Check[] {
  if (!agent || agent === stack) return [];
  const fault = {
    path: "host.connection.address",
    reason: `leads to a machine with the agent of the stack ${agent}, where ${stack} was never deployed`,
    fix: `set the address of its own host; or, to put it in the other's place: pulumi destroy --stack ${agent}`,
  };
  return [checked("machine", "another stack's", fault)];
}

/** By what it is seen that a machine is not the stack's. */
function otherMachine(agent: string | undefined, stack: string): string | undefined {
  if (agent === undefined) return "without a container alloy";
  // One without the label is an earlier version's.
  return agent === "" || agent === stack ? undefined : `with the agent of the stack ${agent}`;
}
