import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { inDockerd } from "./dockerd.ts";

export interface HostMounts {
  /** Mount point of a small disk that no container but the agent can see, and its size. */
  disk: { path: string; bytes: number };
  remove(): Promise<void>;
}

const MEGABYTES = 8;

/**
 * A disk and an overlay among this machine's mounts, as a host has them: where the lab's engine has mounts
 * of its own, those of its containers are not among the machine's.
 */
export async function hostMounts(): Promise<HostMounts> {
  const root = await mkdtemp(join(tmpdir(), "alloy-host-mounts-"));
  // Alloy's user has to get through it.
  await chmod(root, 0o755);
  const disk = join(root, "disk");
  const lower = join(root, "lower");
  const overlay = join(root, "overlay");
  for (const path of [disk, lower, overlay]) await mkdir(path);
  const removals = [
    await mount(["-t", "tmpfs", "-o", `size=${MEGABYTES}m`, "alloy-disk"], disk),
    await mount(["-t", "overlay", "-o", `lowerdir=${lower}:${disk}`, "alloy-overlay"], overlay),
  ];
  return {
    disk: { path: disk, bytes: MEGABYTES * 1024 * 1024 },
    async remove() {
      for (const unmount of removals.reverse()) await unmount();
      await rm(root, { recursive: true });
    },
  };
}

/** Mounts on this machine, and in the engine's mounts too where they do not follow the machine's. */
async function mount(args: string[], path: string): Promise<() => Promise<void>> {
  await execa("mount", [...args, path]);
  const follows = await inDockerd(["mountpoint", "-q", path], { reject: false });
  if (follows.failed) await inDockerd(["mount", ...args, path]);
  return async () => {
    if (follows.failed) await inDockerd(["umount", path]);
    await execa("umount", [path]);
  };
}
