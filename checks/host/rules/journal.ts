import { type Check, checked, setTo } from "../check.ts";
import type { Findings } from "../findings.ts";
import type { ChecksRequest } from "../request.ts";

/** Where one of these is wrong, Alloy stays healthy and reads no line. */
export function journalChecks(found: Findings, request: ChecksRequest): Check[] {
  const { journal } = request.host;
  if (!journal) return [];
  const { machineId = "" } = found;
  if (!/^[0-9a-f]{32}$/.test(machineId)) {
    const fault = {
      path: "/etc/machine-id",
      reason: "is missing or empty on the host, and the journal's path contains it",
      fix: "as root on the host: systemd-machine-id-setup",
    };
    return [checked("machine id", "missing", fault)];
  }
  return [checked("machine id", machineId), ...placeAndGroup(found, request, journal)];
}

type Journal = NonNullable<ChecksRequest["host"]["journal"]>;

/** Both faults at once: the group is that of the journal that is there. */
function placeAndGroup(found: Findings, { stack }: ChecksRequest, { path, gid }: Journal): Check[] {
  const place = path in found.journals ? path : Object.keys(found.journals)[0];
  if (place === undefined) {
    const fault = {
      path: "host.journal.path",
      reason: `${path} holds no journal of this machine`,
      fix: "as root on the host: systemctl restart systemd-journald; or remove journal from pipelines",
    };
    return [checked("journal", "none", fault)];
  }
  const group = groupOf(found, found.journals[place] ?? 0);
  const wrongGroup = group !== gid && {
    path: "host.journal.gid",
    reason: `is ${gid}, but on this host the group ${group} reads the journal`,
    fix: setTo(stack, "host.journal.gid", `${group}`),
  };
  const ofGroup = checked("journal", `${place}, GID ${group}`, wrongGroup);
  if (place === path) return [ofGroup];
  const elsewhere = checked("journal", `in ${place}`, {
    path: "host.journal.path",
    reason: `is ${path}, but this host's journal is in ${place}`,
    fix: setTo(stack, "host.journal.path", place),
  });
  return wrongGroup ? [elsewhere, ofGroup] : [elsewhere];
}

/** A journal that was made before its group is root's; systemd gives its files to the group by ACL. */
function groupOf({ journalGroup }: Findings, gid: number): number {
  return gid === 0 ? (journalGroup ?? 0) : gid;
}
