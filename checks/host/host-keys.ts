import { execa } from "execa";
import type { SshConnection } from "../../config/schema.ts";
import { sshPublicKey } from "../../config/values.ts";

/** Public keys of an SSH server that can be pinned, `type key` each. */
export async function serverKeys({ address, port }: SshConnection): Promise<string[]> {
  const args = ["-T", "10", "-p", `${port}`, address];
  const { stdout = "" } = await execa("ssh-keyscan", args, { reject: false, timeout: 60_000 });
  return keysOf(stdout);
}

/** Keys that can be pinned among what `ssh-keyscan` prints, Ed25519 first. */
export function keysOf(output: string): string[] {
  const keys = output.split("\n").flatMap((line) => {
    const [, key] = /^[^#\s]\S* (\S+ \S+)$/.exec(line.trim()) ?? [];
    return key && sshPublicKey.safeParse(key).success ? [key] : [];
  });
  return keys.sort().reverse();
}
