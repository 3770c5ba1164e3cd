import { dockerAccess } from "../../../host-shell/preparation-commands.ts";
import { type Check, checked, leftOpen, setTo } from "../check.ts";
import type { Findings } from "../findings.ts";
import type { ChecksRequest } from "../request.ts";
import { isOlder } from "../version.ts";

/**
 * Oldest Docker that will do: the first that runs on cgroup v2 and the oldest that the tests run on.
 * `docker update --pids-limit` alone would take 19.03.
 */
const OLDEST_DOCKER = "20.10";

/** Platforms for which all three images exist. */
export const PLATFORMS = ["linux/amd64", "linux/arm64"];

export function dockerChecks(found: Findings, request: ChecksRequest): Check[] {
  const { docker, dockerError } = found;
  if (!docker || dockerError !== undefined) {
    const said = dockerError ?? "nothing";
    const reason = `does not answer ${found.user}; it said: ${said}`;
    return [
      checked("docker", "no answer", {
        path: "docker",
        reason,
        fix: accessFix(found, said, request),
      }),
    ];
  }
  const { version, apiVersion, platform } = docker;
  return [
    checked("docker", `${version}, API ${apiVersion}`, versionFault(version)),
    checked("platform", platform, platformFault(platform)),
    limitsCheck(found),
    mountsCheck(found, request),
    socketCheck(found, request),
  ];
}

/** The socket proxy mounts it, and Docker would make a directory of a path that is missing. */
function socketCheck({ socket }: Findings, { host, stack }: ChecksRequest): Check {
  const { dockerSocket } = host;
  if (socket === undefined)
    return leftOpen("socket", `${dockerSocket} can't be seen by the SSH user`);
  return checked(
    "socket",
    dockerSocket,
    socket !== "there" && {
      path: "host.dockerSocket",
      reason:
        socket === "missing"
          ? `${dockerSocket} is not on the host`
          : `${dockerSocket} is not a socket`,
      fix: `on the host, find it: docker context inspect --format '{{.Endpoints.docker.Host}}'; then: ${setTo(stack, "host.dockerSocket", "/var/run/docker.sock")}`,
    },
  );
}

function accessFix({ user }: Findings, said: string, { host }: ChecksRequest): string {
  if (/permission denied/i.test(said)) {
    return `as root on the host: ${dockerAccess(user, host.prepare)}; then end its open SSH sessions`;
  }
  if (/not found/.test(said))
    return "install Docker on the host, https://docs.docker.com/engine/install/";
  return "as root on the host: systemctl start docker; on TrueNAS choose a pool in Apps first";
}

function versionFault(version: string) {
  return (
    isOlder(version, OLDEST_DOCKER) && {
      path: "docker",
      reason: `is ${version}, older than ${OLDEST_DOCKER}`,
      fix: "update Docker on the host, https://docs.docker.com/engine/install/",
    }
  );
}

function platformFault(platform: string) {
  return (
    !PLATFORMS.includes(platform) && {
      path: "docker",
      reason: `runs on ${platform}; the images are built for ${PLATFORMS.join(" and ")}`,
      fix: "deploy to another host",
    }
  );
}

/** Limits that Docker would only warn of, and containers whose ids are not the host's. */
function limitsCheck({ engine }: Findings): Check {
  if (!engine) {
    const reason = "does not say what it can limit: docker info gives nothing";
    return checked("limits", "not known", {
      path: "docker",
      reason,
      fix: "on the host: docker info",
    });
  }
  const { memoryLimit, pidsLimit, security } = engine;
  const missing = [...(memoryLimit ? [] : ["memory"]), ...(pidsLimit ? [] : ["pids"])];
  if (missing.length > 0) {
    const reason = `can't limit ${missing.join(" and ")} of a container: the kernel's cgroup controllers are off`;
    const fix = "add cgroup_enable=memory to the host's kernel command line and restart it";
    return checked("limits", `no ${missing.join(", no ")}`, { path: "docker", reason, fix });
  }
  const mapped = security.find((option) => /^name=(rootless|userns)\b/.test(option));
  if (mapped) {
    const mode = mapped.replace(/^name=|,.*/g, "");
    const reason = `runs with ${mode}: Alloy's uid would not be the host's, so it could not read logs`;
    const fix = "run the ordinary Docker engine on the host, without user namespaces";
    return checked("limits", mode, { path: "docker", reason, fix });
  }
  return checked("limits", "memory, pids");
}

/** `rslave` mounts follow disks that are mounted later, and need `/` to be shared. */
function mountsCheck({ probe, images }: Findings, { images: wanted }: ChecksRequest): Check {
  if (probe === "ok") return checked("mounts", "/ is a shared mount");
  const said = probe || "nothing";
  if (/shared or slave mount/.test(said)) {
    return checked("mounts", "/ is private", {
      path: "docker",
      reason: "has a / that is not a shared mount, so Alloy would not see disks mounted later",
      fix: "as root on the host: mount --make-rshared / (systemd does so at boot)",
    });
  }
  // Its own row says so already.
  if (images.init && !["present", "pullable"].includes(images.init.state)) {
    return leftOpen("mounts", "skipped: the image of init is missing");
  }
  const fix = `on the host, see why: docker run --rm ${wanted.init} true`;
  return checked("mounts", "no container starts", {
    path: "docker",
    reason: `can't start a container with the host's / mounted; it said: ${said}`,
    fix,
  });
}
