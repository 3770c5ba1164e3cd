import { type Check, checked, leftOpen, noticed } from "../check.ts";
import type { Findings } from "../findings.ts";
import type { ChecksRequest } from "../request.ts";

/** The write-ahead log keeps 8 h of samples while the sink is away; with positions that is well below. */
const LEAST_BYTES = 1e9;

export function spaceChecks(found: Findings, request: ChecksRequest): Check[] {
  const { space } = found;
  const { host } = request;
  if (!space) {
    const reason = `${host.directory} can't be checked: stat says nothing about the disk under it`;
    const fix = `on the host: stat -f ${host.directory}`;
    return [
      checked("disk", "not known", { path: "host.directory", reason, fix }),
      measuredCheck(found, request),
    ];
  }
  const free = `${(space.bytes / 1e9).toFixed(1)} GB free`;
  return [
    checked(
      "disk",
      `${free} at ${space.path}`,
      space.bytes < LEAST_BYTES && {
        path: "host.directory",
        reason: `has ${free} under ${host.directory}; 1 GB is needed to keep what can't be sent for hours`,
        fix: `on the host, see what fills it: df -h ${space.path}; docker system df`,
      },
    ),
    measuredCheck(found, request),
  ];
}

/** A disk below a directory that Alloy's user may not pass can fill without an alert. */
function measuredCheck({ probe, unmeasured }: Findings, { host }: ChecksRequest): Check {
  if (probe !== "ok") return leftOpen("file systems", "skipped: fix Docker first");
  const [first = "", ...others] = unmeasured;
  const { uid } = host.serviceAccount;
  const more = others.length > 0 ? ` and ${others.length} more` : "";
  return noticed(
    "file systems",
    first ? `${unmeasured.length} without a size` : "all can be measured",
    first !== "" && {
      path: "host.serviceAccount.uid",
      reason: `${uid} can't enter the directories above ${first}${more}: their free space can't be measured, and no alert will warn`,
      fix: `as root on the host: namei -l '${first}' shows which; on each of those, setfacl -m u:${uid}:x DIRECTORY, or on TrueNAS an entry "Traverse" for that user`,
    },
  );
}
