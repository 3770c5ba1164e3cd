import { type Check, checked } from "../check.ts";
import type { Findings } from "../findings.ts";
import type { ChecksRequest } from "../request.ts";

/** The write-ahead log keeps 8 h of samples while the sink is away; with positions that is well below. */
const LEAST_BYTES = 1e9;

export function spaceChecks({ space }: Findings, { host }: ChecksRequest): Check[] {
  if (!space) {
    const reason = `${host.directory} can't be looked at: stat says nothing of the disk under it`;
    const fix = `on the host: stat -f ${host.directory}`;
    return [checked("disk", "not known", { path: "host.directory", reason, fix })];
  }
  const free = `${(space.bytes / 1e9).toFixed(1)} GB free`;
  return [
    checked(
      "disk",
      `${free} at ${space.path}`,
      space.bytes < LEAST_BYTES && {
        path: "host.directory",
        reason: `has ${free} under ${host.directory}; 1 GB is needed, for what can't be sent for hours`,
        fix: `on the host, see what fills it: df -h ${space.path}; docker system df`,
      },
    ),
  ];
}
