import { shellQuote } from "../../host-shell/shell.ts";
import { awaitLoaded } from "../files/await-loaded.ts";
import { type InstallSite, inHost } from "../files/install-site.ts";

/**
 * Starts what has ended of the service, whatever the state believes: to the provider a container that exited is
 * as good as one that runs. Prints a line for each thing done; fails with the last log lines of what won't start.
 */
export function keepRunning(site: InstallSite, stack: string): string {
  const again = shellQuote(`pulumi up --stack ${stack} --refresh`);
  return `
state() { docker container inspect -f '{{.State.Status}} {{.RestartCount}}' "$1" 2>/dev/null || echo missing; }
loaded() { ${awaitLoaded(site)}; }
fail() {
  docker logs --tail 20 "$1" >&2 || true
  echo "$1 was found $2 and does not start, see its last lines above." >&2
  exit 1
}
healthy() {
  for second in $(seq 60); do
    [ "$(docker inspect -f '{{.State.Health.Status}}' "$1")" != healthy ] || return 0
    sleep 1
  done
  return 1
}
# One that ends at once is started by Docker again and again: each time counts.
start_agent() {
  since=$(date +%s)
  docker restart alloy >/dev/null || return 1
  for second in 1 2 3 4 5; do
    [ "$(state alloy)" = "running 0" ] || return 1
    sleep 1
  done
  loaded
}
set_aside() {
  unreadable=$(docker logs --since "$since" alloy 2>&1 | ${unreadablePaths} | sort -u)
  [ "$unreadable" ] || return 1
  printf '%s\\n' "$unreadable" | ${inHost(site, setAside, { stdin: true })}
}

for name in alloy-docker-proxy alloy; do
  found=$(state "$name")
  how=\${found% *}
  case "$found" in
    # Of one that is missing Docker prints an empty line, too.
    *missing)
      echo "The container $name is not on the host. This makes it again:" ${again} >&2
      exit 1 ;;
    "running 0") continue ;;
    running*)
      if [ "$name" != alloy ] || loaded 2>/dev/null; then continue; fi
      how="restarting again and again" ;;
    paused*) docker unpause "$name" >/dev/null ;;
  esac
  if [ "$name" = alloy ]; then
    start_agent || { set_aside && start_agent; } || fail "$name" "$how"
  else
    docker restart "$name" >/dev/null && healthy "$name" || fail "$name" "$how"
  fi
  echo "$name was found $how and was started."
done`;
}

/**
 * Paths below Alloy's storage that it says it can't read, from its log: a positions file, or the write-ahead log
 * of a component. A disk that is full or a file of another's is not the file's fault.
 */
const unreadablePaths = `awk '
  /permission denied|no space left/ { next }
  match($0, /invalid yaml positions file \\[[^]]*\\]/) {
    path = substr($0, RSTART, RLENGTH - 1)
    sub(/^.*\\[\\/var\\/lib\\/alloy\\//, "", path)
    print path
  }
  /failed to evaluate config.*err=.*(segment|checkpoint|WAL)/ && match($0, /node=prometheus[.]remote_write[.][a-z_]+/) {
    print "data/" substr($0, RSTART + 5, RLENGTH - 5) "/wal"
  }'`;

/** Keeps what standard input names beside itself, under the time of now. */
const setAside = `
cd /service/data
now=$(date -u +%Y%m%dT%H%M%SZ)
while IFS= read -r path; do
  mv "$path" "$path.unreadable-$now"
  echo "Alloy could not read $path. It is kept as $path.unreadable-$now."
done`;
