import { shellLine } from "../../host-shell/shell.ts";
import { TEMPLATE } from "./socket-proxy-rules.ts";

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
 * successor starts, so one that can't serve has to be found before, and its last lines told.
 */
export function tryProxy(trial: Trial): string {
  return `
docker rm -f ${NAME} >/dev/null 2>&1 || true
${runTrial(trial)} >/dev/null
tries=0
until docker exec ${NAME} wget -q -O /dev/null '${REQUEST}' 2>/dev/null; do
  tries=$((tries + 1))
  if [ $tries -eq 100 ]; then
    docker logs --tail 20 ${NAME} >&2
    docker rm -f ${NAME} >/dev/null
    echo "The socket proxy's image does not serve by the rules of this project: above are its last lines." >&2
    echo "The running proxy stays. Set images.socketProxy to one that does." >&2
    exit 1
  fi
  sleep 0.2
done
docker rm -f ${NAME} >/dev/null`.trim();
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
