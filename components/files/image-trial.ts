import { shellLine } from "../../host-shell/shell.ts";
import { alloyRun } from "./alloy-run.ts";
import { awaitComponents, inNetworkOf } from "./await-loaded.ts";
import type { InstallSite } from "./install-site.ts";
import { journalIsRead } from "./journal-is-read.ts";

const NAME = "alloy-trial";

/**
 * Runs the current version by the image that is installed for, beside the agent that runs on another one: that is removed
 * before its successor starts, so an image that does not start has to be found before. Without a network nothing
 * is sent twice, and what the agent has mounted can only be read. Fails with the last lines of the log.
 */
export function tryImage(site: InstallSite): string {
  return `
docker rm -f ${NAME} >/dev/null 2>&1 || true
${runTrial(site)} >/dev/null && ${inNetworkOf(NAME, site, `${awaitComponents}\nawait_components >&2`)} && ${journalIsRead(NAME, site)} || {
  docker logs --tail 20 ${NAME} >&2 || true
  tried=failed
}
docker rm -f ${NAME} >/dev/null 2>&1 || true
[ -z "\${tried-}" ]`.trim();
}

function runTrial({ alloyImage, alloyMemory, uid, gid }: InstallSite): string {
  return shellLine([
    ...["docker", "run", "--detach", "--name", NAME, "--network", "none"],
    ...["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"],
    ...["--pids-limit", "200", "--memory", `${alloyMemory}m`, "--tmpfs", "/tmp"],
    ...["--volumes-from", "alloy:ro", "--user", `${uid}:${gid}`],
    alloyImage,
    ...alloyRun({ listen: "127.0.0.1", storage: "/tmp/data" }),
  ]);
}
