import { mkdir, rm } from "node:fs/promises";
import { execa } from "execa";
import { inDockerd } from "../dockerd.ts";

/** A disk of its own for a directory, that can be full. */
export interface Disk {
  /** Leaves no room on it. */
  fill(): Promise<void>;
  /** Gives it room again. */
  makeRoom(): Promise<void>;
  remove(): Promise<void>;
}

/** More than the checks of a host want; memory is taken by what is written alone. */
const ROOM = "size=4g";

/** The engine's mounts follow this machine's, and still do after the engine was started again. */
export async function diskAt(directory: string): Promise<Disk> {
  await mkdir(directory, { recursive: true });
  await execa("mount", ["-t", "tmpfs", "-o", `${ROOM},mode=755`, "alloy-chaos", directory]);
  await inDockerd(["mountpoint", "-q", directory]);
  const resize = (size: string) => execa("mount", ["-o", `remount,${size}`, directory]);
  return {
    async fill() {
      const { stdout } = await execa("df", ["--output=used", "-k", directory]);
      // A little more than is used: what is written meanwhile would refuse the size.
      await resize(`size=${Number(stdout.split("\n")[1]) + 64}k`);
      await execa("dd", ["if=/dev/zero", `of=${directory}/filling`, "bs=4k"], { reject: false });
    },
    async makeRoom() {
      await rm(`${directory}/filling`, { force: true });
      await resize(ROOM);
    },
    async remove() {
      await execa("umount", [directory]);
      await rm(directory, { recursive: true });
    },
  };
}
