import { execa } from "execa";
import { serverPath } from "../processes.ts";

/** Machine-wide things of a lab that must not meet those of another: addresses, mounts, processes. */
const UNSHARED = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];

/**
 * What a namespace needs to pass for a machine. Its own mounts follow no one and are followed by its Docker
 * engine's; sshd, journald and Docker keep their sockets below /run, and journald a link to one in /dev; names
 * are asked of the lab's own server.
 * The shell stays, as process 1: it collects processes that the lab starts and leaves.
 */
const ENTER = `
mount --make-rshared / &&
mount -t tmpfs tmpfs /run &&
mount -t tmpfs tmpfs /var/log &&
mkdir /run/dev && cp -ax /dev/. /run/dev && mount --rbind /dev/pts /run/dev/pts &&
mount --rbind /dev/shm /run/dev/shm && mount --rbind /run/dev /dev &&
ip link set lo up &&
names=$(readlink -m /etc/resolv.conf) &&
mkdir -p "\${names%/*}" && touch "$names" &&
echo nameserver 127.0.0.1 >/run/names && mount --bind /run/names "$names" &&
"$@"
exit $?`;

/** The command that runs another one in namespaces of its own; all processes in them end with it. */
export function inNamespace(command: string[]): [string, string[]] {
  return ["unshare", [...UNSHARED, "sh", "-c", ENTER, "sh", ...command]];
}

/** Why this machine can't have such namespaces; nothing where it can. */
export async function noNamespaces(): Promise<string | undefined> {
  const [unshare, args] = inNamespace(["true"]);
  const { failed, stderr, shortMessage } = await execa(unshare, args, {
    env: { PATH: serverPath() },
    reject: false,
  });
  return failed ? stderr || shortMessage : undefined;
}
