import { readFile } from "node:fs/promises";
import type Docker from "dockerode";
import { PUBLISHED_IMAGES } from "../images/published.ts";

/** Where a registry can be reached it answers in 1 or 2 s; a network that drops packets never does. */
const REGISTRY_SECONDS = 15;

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

/** Whether `/` is a shared mount for the processes of this machine, and so for its Docker engine. */
export async function isRootShared(): Promise<boolean> {
  return sharedIn(await readFile("/proc/self/mountinfo", "utf8"));
}

/** From a list of mounts as in `/proc/<pid>/mountinfo`: id, parent, device, root, mount point, options, tags. */
export function sharedIn(mounts: string): boolean {
  const root = mounts.split("\n").find((line) => line.split(" ")[4] === "/");
  return /^shared:/.test(root?.split(" ")[6] ?? "");
}
