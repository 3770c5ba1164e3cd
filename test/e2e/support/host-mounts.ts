import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";

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
  const [disk, lower, overlay] = ["disk", "lower", "overlay"].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [disk, lower, overlay]) await mkdir(path);
  await execa("mount", ["-t", "tmpfs", "-o", `size=${MEGABYTES}m`, "alloy-disk", disk]);
  const layers = `lowerdir=${lower}:${disk}`;
  await execa("mount", ["-t", "overlay", "-o", layers, "alloy-overlay", overlay]);
  return {
    disk: { path: disk, bytes: MEGABYTES * 1024 * 1024 },
    async remove() {
      for (const path of [overlay, disk]) await execa("umount", [path]);
      await rm(root, { recursive: true });
    },
  };
}
