import { execa } from "execa";
import type { SshConnection } from "../../config/schema.ts";

/** Public keys that the SSH server at an address shows, `type key` each, ECDSA first. */
export async function serverKeys({ address, port }: SshConnection): Promise<string[]> {
  const args = ["-T", "10", "-p", `${port}`, address];
  const { stdout = "" } = await execa("ssh-keyscan", args, { reject: false, timeout: 60_000 });
  return keysOf(stdout);
}

/** Keys among what `ssh-keyscan` prints, in the order in which the command provider asks for them. */
export function keysOf(output: string): string[] {
  const keys = output.split("\n").flatMap((line) => {
    const [, key] = /^[^#\s]\S* (\S+ \S+)$/.exec(line.trim()) ?? [];
    return key ? [key] : [];
  });
  const rank = (key: string) => (key.startsWith("ecdsa") ? 0 : key.startsWith("ssh-rsa") ? 1 : 2);
  return keys.sort((a, b) => rank(a) - rank(b));
}
