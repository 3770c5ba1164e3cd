import { execa } from "execa";

/**
 * One build of a program at a time, also where labs run in namespaces of their own and don't see each other's
 * processes. The kernel's lock ends with its holder: `flock` runs a program that reads an input that closes with this process.
 */
export async function locked(file: string, work: () => Promise<void>): Promise<void> {
  const holder = execa("flock", [file, "sh", "-c", "echo held; exec cat"], { stdin: "pipe" });
  await Promise.race([holder, new Promise((held) => holder.stdout.once("data", held))]);
  try {
    await work();
  } finally {
    holder.stdin.end();
    await holder;
  }
}
