import { shellQuote } from "../../host-shell/shell.ts";
import { awaitLoaded } from "../files/await-loaded.ts";
import { type InstallSite, inHost } from "../files/install-site.ts";
import { setAside, unreadablePaths } from "./set-aside.ts";

/**
 * Starts what has ended of the service, whatever the state believes: to the provider a container that exited is
 * as good as one that runs. Restarts an agent whose write-ahead log a full disk has cut off, once there is room: it runs,
 * sends no sample, and repairs the log at its start alone. Prints a line for each thing done; fails with the last log
 * lines of what won't start.
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
room() { df -Pk ${shellQuote(site.directory)} 2>/dev/null | awk 'NR == 2 { exit $4 < 10240 }'; }
# It says so every minute.
log_broken() {
  started=$(docker inspect -f '{{.State.StartedAt}}' alloy)
  docker logs --since "$started" --tail 100 alloy 2>&1 | grep -q "error tailing WAL" && room
}

for name in alloy-docker-proxy alloy; do
  found=$(state "$name")
  how=\${found% *}
  case "$found" in
    # Of one that is missing Docker prints an empty line, too.
    *missing)
      echo "The container $name is not on the host. This makes it again:" ${again} >&2
      exit 1 ;;
    "running 0")
      if [ "$name" != alloy ] || ! log_broken; then continue; fi
      how="with a broken write-ahead log" ;;
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
