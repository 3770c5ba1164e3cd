import type * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../config/schema.ts";
import { type PreparedHost, preparationCommands } from "../../host-shell/preparation-commands.ts";
import { hostCommand } from "./host-command.ts";

/** Makes what a person had to make on a host by hand: see docs/service.md. Nothing of it goes with the stack. */
export function hostPreparation(
  name: string,
  host: PreparedHost & Pick<Settings["host"], "connection">,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
  return hostCommand(name, host.connection, { script: preparationScript(host) }, opts);
}

/** The POSIX script that makes account and dataset or directory. What is there is adopted as it is. */
export function preparationScript(host: PreparedHost): string {
  const { serviceAccount, directory, prepare } = host;
  const { group, user, place } = preparationCommands(host, "as_root ");
  return `
account=${prepare.account} uid=${serviceAccount.uid} gid=${serviceAccount.gid} directory=${directory}
fail() { echo "$1" >&2; exit 1; }
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif sudo -n true 2>/dev/null; then sudo -n "$@"
  else fail "Preparing the host needs root, and $(id -un) may not use sudo without a password. As root on the host: $*"; fi
}
entry() { getent "$1" "$2" | cut -d: -f1,3; }
refuse_clash() {
  for key in "$account" "$3"; do
    found=$(entry "$1" "$key")
    case "$found" in
      '' | "$account:$3") ;;
      *) fail "The host has the $2 $found where $account:$3 is wanted. Nothing was changed." ;;
    esac
  done
}

refuse_clash passwd account "$uid"
refuse_clash group group "$gid"
[ "$(entry group "$gid")" ] || ${group} >&2
[ "$(entry passwd "$uid")" ] || ${user} >&2
${prepare.type === "truenas" ? datasetScript(prepare.dataset, place) : `[ -d "$directory" ] || ${place}`}
`;
}

/** A dataset that is there is mounted at the directory; what stands there else is nobody's to overlay. */
function datasetScript(dataset: string, create: string): string {
  return `
if [ "$(stat -c %m "$directory" 2>/dev/null)" != "$directory" ]; then
  known=$(as_root midclt call pool.dataset.query '[["id","=","${dataset}"]]' '{"count":true}')
  [ "$known" = 0 ] ||
    fail "The dataset ${dataset} exists but is not mounted at $directory: unlock or mount it, then run the update again."
  [ ! -d "$directory" ] || as_root rmdir "$directory" 2>/dev/null ||
    fail "$directory is a directory of another dataset: move it away and the update makes ${dataset}; then move its contents there."
  ${create} >&2
fi`.trim();
}
