import { preparationByHand } from "../../../host-shell/preparation-commands.ts";
import { type Check, checked } from "../check.ts";
import type { Findings } from "../findings.ts";
import type { ChecksRequest } from "../request.ts";

/** Where the stack prepares its host: no other account has the name or the ids, and rights to make it. */
export function accountChecks(found: Findings, { host }: ChecksRequest): Check[] {
  const { prepare, serviceAccount } = host;
  if (!prepare) return [];
  const { account } = prepare;
  const { uid, gid } = serviceAccount;
  const clash =
    clashOf(found.passwd, { account, id: uid, kind: "account", letter: "UID" }) ??
    clashOf(found.group, { account, id: gid, kind: "group", letter: "GID" });
  if (clash)
    return [checked("account", clash, { path: "host.prepare.account", reason: clash, fix })];
  const there = found.passwd.length > 0 && found.group.length > 0;
  const done = there && found.space?.path === host.directory;
  const lacking = !done &&
    found.rights === "none" && {
      path: "host.prepare",
      reason: `needs root, and ${found.user} is neither root nor may use sudo without a password`,
      fix: `by hand, as root on the host: ${preparationByHand({ ...host, prepare })}; then again`,
    };
  const words = there ? `${account} ${uid}:${gid}` : `${account} will be created`;
  return [checked("account", words, lacking)];
}

const fix =
  "rename or renumber the one on the host, or set host.serviceAccount and host.prepare.account to it";

interface Wanted {
  account: string;
  id: number;
  kind: "account" | "group";
  letter: "UID" | "GID";
}

function clashOf(
  entries: { name: string; id: number }[],
  { account, id, kind, letter }: Wanted,
): string | undefined {
  const clash = entries.find((entry) => entry.name !== account || entry.id !== id);
  if (!clash) return undefined;
  return clash.name === account
    ? `the ${kind} ${account} has ${letter} ${clash.id} on the host, not ${id}`
    : `${letter} ${id} belongs to the ${kind} ${clash.name} on the host, not to ${account}`;
}
