import { oneShot } from "../../host-shell/one-shot.ts";
import { shellQuote } from "../../host-shell/shell.ts";
import { STACK_LABEL } from "../../host-shell/standing.ts";
import type { ChecksRequest } from "./request.ts";

/** Directories that may hold the host's journal, in no order. */
const journalDirectories = ["/var/log/journal", "/run/log/journal"];

/** Line by which a script that has begun is known: a shell let it in, not a forced command. */
export const BEGIN = "begin\tof findings";

/** Line by which a script that came to its end is known. */
export const END = "end\tof findings";

/**
 * The POSIX script that looks at a host: findings on standard output, one a line, `key<TAB>value`. It changes
 * nothing, but that the BusyBox image, 2 MB that the service needs anyway, is there afterwards. Standard
 * input is the Docker configuration with which images are asked for; what fails is a finding, not an error.
 */
export function checksScript(request: ChecksRequest): string {
  return `
printf '${BEGIN}\\n'
umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/config.json"
tell() { printf '%s\\t%s\\n' "$1" "$2"; }
last_line() { tail -n 1 "$work/said" | cut -c 1-300; }
in_time() { if command -v timeout >/dev/null; then timeout "$@"; else shift; "$@"; fi; }

${imageFunctions}

tell clock "$(date +%s)"
tell user "$(id -un 2>/dev/null || id -u)"
${rights}
${socketScript(request)}
${accounts(request)}
${lookScript(request, "")}
awk 'NR > 1 { print "route\\t" $1 " " $2 " " $3 " " $8 }' /proc/net/route 2>/dev/null || true
if ! docker version --format '${versionFormat}' >"$work/version" 2>"$work/said"; then
  tell docker-error "$(last_line)"
else
  tell docker "$(cat "$work/version")"
  tell agent "$(docker ps -a --filter name='^alloy$' --format '${agentFormat}' 2>/dev/null)"
  tell engine "$(docker info --format '${engineFormat}' 2>/dev/null)"
  tell mirrors "$(docker info --format '{{range .RegistryConfig.Mirrors}}{{.}} {{end}}' 2>/dev/null)"
  networks() { docker network inspect --format '${networkFormat}' $(docker network ls -q) 2>"$work/said"; }
  # One that goes between the two commands fails the second; then they are asked once more.
  networks || networks || tell docker-error "$(last_line)"
  # The CLI asks registries itself, and knows nothing of the proxy that the engine pulls through.
  HTTPS_PROXY=$(docker info --format '{{.HTTPSProxy}}' 2>/dev/null) NO_PROXY=$(docker info --format '{{.NoProxy}}' 2>/dev/null)
  export HTTPS_PROXY NO_PROXY
${Object.entries(request.images)
  .map(([role, image]) => imageQuestion(role, image))
  .join("\n")}
${probe(request)}
fi
printf '${END}\\n'`;
}

const versionFormat = "{{.Server.Version}} {{.Server.APIVersion}} {{.Server.Os}}/{{.Server.Arch}}";
const agentFormat = `{{.State}} {{.Label "${STACK_LABEL}"}}`;
const engineFormat =
  "{{.MemoryLimit}} {{.PidsLimit}} {{.DockerRootDir}}{{range .SecurityOptions}} {{.}}{{end}}";
/** Name, id, bridge, subnets; the running containers in it; whether it is internal, or lets nobody out though it is not. */
const networkFormat =
  'network{{"\\t"}}{{.Name}} {{.Id}} {{with index .Options "com.docker.network.bridge.name"}}{{.}}{{else}}-{{end}}' +
  "{{range .IPAM.Config}} {{.Subnet}}{{end}}" +
  '{{range .Containers}}{{"\\n"}}network-user{{"\\t"}}{{$.Name}} {{.Name}}{{end}}' +
  '{{if .Internal}}{{"\\n"}}internal{{"\\t"}}{{.Name}}' +
  '{{else if eq (index .Options "com.docker.network.bridge.enable_ip_masquerade") "false"}}' +
  '{{"\\n"}}dead-end{{"\\t"}}{{.Name}}{{end}}';

const rights = `
if [ "$(id -u)" = 0 ]; then tell rights root
elif sudo -n true 2>/dev/null; then tell rights sudo
else tell rights none
fi`.trim();

/** What stands at the socket's path; nothing where the SSH user can't see it. */
function socketScript({ host }: ChecksRequest): string {
  return `
socket=${host.dockerSocket} at=${host.dockerSocket}
while [ ! -e "$at" ] && [ "$at" != / ]; do at=$(dirname "$at"); done
if [ -S "$socket" ]; then tell socket there
elif [ -e "$socket" ]; then tell socket other
elif [ -x "$at" ]; then tell socket missing
fi`.trim();
}

/** Entries of passwd and group that have the account's name or its ids. */
function accounts({ host }: ChecksRequest): string {
  if (!host.prepare) return "";
  const { uid, gid } = host.serviceAccount;
  const name = shellQuote(host.prepare.account);
  const ask = (database: string, id: number) =>
    `for key in ${name} ${id}; do getent ${database} "$key" || true; done | sort -u | sed 's/^/${database}\\t/'`;
  return [ask("passwd", uid), ask("group", gid)].join("\n");
}

/** Findings about files below a root: the SSH user's own, and again in a container that may read all. */
function lookScript({ host }: ChecksRequest, root: string): string {
  return `
id=$(cat ${root}/etc/machine-id 2>/dev/null) || id=
printf 'machine-id\\t%s\\n' "$id"
awk -F: '$1 == "systemd-journal" { print "journal-group\\t" $3 }' ${root}/etc/group 2>/dev/null || true
for at in ${journalDirectories.join(" ")}; do
  if gid=$(stat -L -c %g "${root}$at/$id" 2>/dev/null); then printf 'journal\\t%s %s\\n' "$at" "$gid"; fi
done
at=${host.directory}
while [ ! -e "${root}$at" ] && [ "$at" != / ]; do at=$(dirname "$at"); done
printf 'space\\t%s %s\\n' "$at" "$(stat -f -c '%a %S' "${root}$at")"`.trim();
}

/** Whether an image is there or could be pulled with the login that the deployment uses, and for which platforms. */
function imageQuestion(role: string, image: string): string {
  return `  present ${role} ${shellQuote(image)} || ask ${role} ${shellQuote(byDigest(image))}`;
}

/**
 * The manifest of a single platform names none: then --verbose does. It is not asked at once, since it fetches the
 * manifest of each platform, and each counts as a pull.
 */
const imageFunctions = `
present() {
  platform=$(docker image inspect --format '{{.Os}}/{{.Architecture}}' "$2" 2>/dev/null) || return 1
  tell image "$1 present $platform"
}
manifest() { DOCKER_CONFIG=$work in_time 30 docker manifest inspect "$@" >"$work/manifest" 2>"$work/said"; }
ask() {
  if ! manifest "$2" || { ! grep -q '"manifests"' "$work/manifest" && ! manifest --verbose "$2"; }; then
    tell image "$1 refused $(last_line)"
    return
  fi
  tell image "$1 pullable $(grep -o '"architecture": *"[a-z0-9]*"' "$work/manifest" |
    cut -d'"' -f4 | grep -v unknown | sort -u | sed 's,^,linux/,' | paste -s -d ' ' -)"
}`.trim();

/** Of a reference with tag and digest, the CLI would ask for the tag, which may have moved on. */
function byDigest(reference: string): string {
  return reference.replace(/:[\w.-]+@/, "@");
}

/** A container as the agent's will be: it follows the host's mounts, and looks where the SSH user may not. */
function probe(request: ChecksRequest): string {
  const container = oneShot({
    image: request.images.init,
    mounts: ["/:/host:ro,rslave"],
    // CAP_DAC_READ_SEARCH: directories of other users, which root without it can't look into.
    addCapabilities: ["DAC_READ_SEARCH"],
    command: ["sh", "-euc", lookScript(request, "/host")],
  });
  // Beside each other: a container takes half a second.
  return `  DOCKER_CONFIG=$work in_time 120 ${measure(request)} >"$work/unmeasured" 2>/dev/null &
  if DOCKER_CONFIG=$work in_time 120 ${container} >"$work/found" 2>"$work/said"; then
    cat "$work/found"
    tell probe ok
  else tell probe "$(grep -i -m 1 error "$work/said" | cut -c 1-300 || last_line)"; fi
  wait
  cat "$work/unmeasured"`;
}

/** File systems on disks; of others nobody asks how full they are. */
const onDisks = "ext[234]|xfs|btrfs|zfs|f2fs|vfat|exfat|ntfs*|fuseblk|nfs|nfs4|cifs";

/** The same as Alloy's user, who reads the host's mounts as the agent will: what it can't reach has no size. */
function measure({ host, images }: ChecksRequest): string {
  const script = `
while read -r _ at type options _; do
  case $type in ${onDisks}) ;; *) continue ;; esac
  case ,$options, in *,ro,*) continue ;; esac
  case $at in /run/* | /var/lib/docker/* | /mnt/.ix-apps* | */.zfs/snapshot/*) continue ;; esac
  at=$(printf %b "$at")
  stat -f "/host$at" >/dev/null 2>&1 || printf 'unmeasured\\t%s\\n' "$at"
done </host/proc/1/mounts`;
  return oneShot({
    image: images.init,
    mounts: ["/:/host:ro,rslave"],
    user: `${host.serviceAccount.uid}:${host.serviceAccount.gid}`,
    command: ["sh", "-euc", script.trim()],
  });
}

/** Docker configuration for standard input of the script: the login to the one registry, or none. */
export function dockerConfig(
  registry: ChecksRequest["registry"],
  password: string | undefined,
): string {
  if (!registry || !password) return "{}\n";
  const { address, username } = registry;
  // What the CLI calls Docker Hub.
  const server = /^(index\.)?docker\.io$/.test(address) ? "https://index.docker.io/v1/" : address;
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  return `${JSON.stringify({ auths: { [server]: { auth } } })}\n`;
}
