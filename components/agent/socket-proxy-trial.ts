import { shellLine } from "../../host-shell/shell.ts";
import { PROXY, TEMPLATE } from "./socket-proxy-rules.ts";

export interface Trial {
  /** Image reference on the host. */
  image: string;
  /** Memory limit in MB. */
  memory: number;
  /** Docker socket on the host. */
  dockerSocket: string;
  /** Path of the rules on the host. */
  rules: string;
}

const NAME = "alloy-docker-proxy-trial";

/** Allowed by our rules, and refused by the image's own: an image that takes no rules from us fails, too. */
const REQUEST = "http://127.0.0.1:2375/containers/json?limit=1";

/**
 * Runs an image by rules beside the proxy that serves, under the same limits. The proxy is removed before its
 * successor starts, so one that can't serve has to be found before. Where no proxy is, there is nothing to lose:
 * `awaitServing` finds it then.
 */
export function tryProxy(trial: Trial): string {
  return `
if docker container inspect ${PROXY} >/dev/null 2>&1; then
  docker rm -f ${NAME} >/dev/null 2>&1 || true
  ${runTrial(trial)} >/dev/null
  ${awaitServing(NAME, `docker rm -f ${NAME} >/dev/null; echo "The running proxy stays." >&2`)}
  docker rm -f ${NAME} >/dev/null
fi`.trim();
}

/**
 * Waits until a container serves by our rules, 100 tries at most: sooner than Docker's health check, whose first
 * look is after its interval. Fails with the container's last lines, after `failed`.
 */
export function awaitServing(container: string, failed = ""): string {
  return `
tries=0
until docker exec ${container} wget -q -O /dev/null '${REQUEST}' 2>/dev/null; do
  tries=$((tries + 1))
  if [ $tries -eq 100 ]; then
    docker logs --tail 20 ${container} >&2
    echo "The socket proxy's image does not serve with the rules of this project: its last lines are above." >&2
    ${failed}
    echo "Set images.socketProxy to one that does." >&2
    exit 1
  fi
  sleep 0.2
done`.trim();
}

function runTrial({ image, memory, dockerSocket, rules }: Trial): string {
  const mount = (source: string, target: string) => [
    "--mount",
    `type=bind,source=${source},target=${target},readonly`,
  ];
  return shellLine([
    ...["docker", "run", "--detach", "--name", NAME, "--network", "none"],
    ...["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"],
    ...["--pids-limit", "50", "--memory", `${memory}m`, "--tmpfs", "/run"],
    ...mount(dockerSocket, "/var/run/docker.sock"),
    ...mount(rules, TEMPLATE),
    image,
  ]);
}
