import { type Check, checked } from "../check.ts";
import type { Findings } from "../findings.ts";
import type { ChecksRequest } from "../request.ts";

/**
 * Another address may lead to the same machine. On another one nothing of the stack is, and its tokens stay behind. A first
 * deployment to another stack's machine would write secrets and configuration before that one's container refuses its own.
 */
export function machineChecks(
  { agent, docker }: Findings,
  { first, movedFrom, stack }: ChecksRequest,
): Check[] {
  if (!docker) return [];
  // One without the label is an earlier version's.
  const others = agent && agent !== stack ? `with the agent of the stack ${agent}` : undefined;
  const path = "host.connection.address";
  if (first && others) {
    const reason = `leads to a machine ${others}, where ${stack} was never deployed`;
    const fix = `set the address of its own host; or, to replace the other stack's agent: pulumi destroy --stack ${agent}`;
    return [checked("machine", "another stack's", { path, reason, fix })];
  }
  if (movedFrom === undefined) return [];
  const other = agent === undefined ? "without a container alloy" : others;
  const fault = other !== undefined && {
    path,
    reason: `leads to a machine ${other}, while the stack was deployed at ${movedFrom}: its tokens would remain there`,
    fix: `set ${movedFrom} and its host key again, pulumi destroy --stack ${stack}, then set the new ones; if that machine is lost, see docs/recovery.md`,
  };
  return [checked("machine", fault ? "another one" : "has the agent", fault)];
}
