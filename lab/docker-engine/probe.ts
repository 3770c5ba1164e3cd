import { PassThrough } from "node:stream";
import type Docker from "dockerode";
import { pack } from "tar-stream";
import { PUBLISHED_IMAGES } from "../images/published.ts";

/** Where a registry can be reached it answers in 1 or 2 s; a network that drops packets never does. */
const REGISTRY_SECONDS = 15;

/** One name for each process, so that two commands at once don't remove each other's. */
const PROBE_IMAGE = `grafana-alloy-lab/probe:${process.pid}`;

/** Asks Docker Hub, through the engine, for one of the images that would be pulled, without pulling it. */
export async function canPullImages(docker: Docker): Promise<boolean> {
  return docker
    .getImage(PUBLISHED_IMAGES.busybox)
    .distribution({ abortSignal: AbortSignal.timeout(REGISTRY_SECONDS * 1000) })
    .then(
      () => true,
      () => false,
    );
}

/**
 * Starts a container that can't run, from an empty image, with `/` mounted as the agent does. The engine
 * checks the mount before it looks for the program, so the error tells which of the two is missing.
 */
export async function isRootShared(docker: Docker): Promise<boolean> {
  await importEmptyImage(docker);
  const container = await docker.createContainer({
    Image: PROBE_IMAGE,
    Cmd: ["/nothing"],
    Labels: { "grafana-alloy-lab": "true" },
    HostConfig: {
      NetworkMode: "none",
      Mounts: [
        {
          Type: "bind",
          Source: "/",
          Target: "/host",
          ReadOnly: true,
          BindOptions: { Propagation: "rslave" },
        },
      ],
    },
  });
  try {
    return sharedAccordingTo(await startError(container));
  } finally {
    await container.remove({ force: true });
    await docker.getImage(PROBE_IMAGE).remove();
  }
}

/** Reads the engine's refusal: anything but these two is a fault of its own. */
export function sharedAccordingTo(message: string): boolean {
  if (message.includes("not a shared or slave mount")) return false;
  if (message.includes("/nothing")) return true;
  throw new Error(`The Docker engine can't start a container that mounts /: ${message}`);
}

async function startError(container: Docker.Container): Promise<string> {
  return container.start().then(
    () => "the probe started, which it can't",
    (error: Error) => error.message,
  );
}

async function importEmptyImage(docker: Docker): Promise<void> {
  const archive = pack();
  archive.entry({ name: "host", type: "directory" });
  archive.finalize();
  const [repo, tag] = PROBE_IMAGE.split(":");
  const answer = await docker.importImage(archive.pipe(new PassThrough()), { repo, tag });
  await new Promise((done, failed) =>
    docker.modem.followProgress(answer, (e) => (e ? failed(e) : done(0))),
  );
}
