import type { Check } from "./check.ts";
import type { Findings, Operator } from "./findings.ts";
import type { ChecksRequest } from "./request.ts";
import { accountChecks } from "./rules/account.ts";
import { clockCheck } from "./rules/clock.ts";
import { dockerChecks } from "./rules/docker.ts";
import { imageChecks } from "./rules/images.ts";
import { journalChecks } from "./rules/journal.ts";
import { machineChecks } from "./rules/machine.ts";
import { networkChecks } from "./rules/networks.ts";
import { spaceChecks } from "./rules/space.ts";

/** All checks of a host that was reached, in the order in which they are shown. */
export function hostChecks(found: Findings, request: ChecksRequest, operator: Operator): Check[] {
  return [
    ...dockerChecks(found, request),
    ...machineChecks(found, request),
    ...imageChecks(found, request),
    ...networkChecks(found, request),
    ...journalChecks(found, request),
    ...spaceChecks(found, request),
    clockCheck(found, operator),
    ...accountChecks(found, request),
  ];
}
