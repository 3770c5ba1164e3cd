import { chmod, chown, lstat, mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";

/** The user who owns the directories of the services on a TrueNAS host, and lets nobody else in. */
const OWNER = 950;
const MODE = 0o770;

/** Ignored by the checkout of the services, of each service's directory. */
const IGNORED = ["data/", "backups/", ".env"];

/** Below `root`, a directory for the service that belongs to another user, as all those above it do. */
export async function foreignDirectory(root: string): Promise<string> {
  const directory = join(root, "vm-pool", "apps", "services", "alloy");
  await mkdir(directory, { recursive: true });
  for (let at = directory; at !== root; at = dirname(at)) await give(at);
  return directory;
}

/** Permissions of a dataset applied to all that is in it, as its page on TrueNAS does; returns what undoes it. */
export async function applyPermissions(directory: string): Promise<() => Promise<void>> {
  const names = await readdir(directory, { recursive: true });
  const paths = [directory, ...names.map((name) => join(directory, name))];
  const all = await Promise.all(paths.map(async (path) => ({ path, ...(await lstat(path)) })));
  const found = all.map(({ path, uid, gid, mode }) => ({ path, uid, gid, mode }));
  const files = found.filter(({ mode }) => (mode & 0o170000) !== 0o120000);
  for (const { path } of files) await give(path);
  return async () => {
    for (const { path, uid, gid, mode } of files) {
      await chown(path, uid, gid);
      await chmod(path, mode & 0o7777);
    }
  };
}

/** A git work tree of services, in which the directory of this one will lie; returns that directory. */
export async function directoryInCheckout(root: string): Promise<string> {
  const other = join(root, "services", "other");
  await mkdir(other, { recursive: true });
  await writeFile(join(other, "compose.yaml"), "services: {}\n");
  await writeFile(join(root, ".gitignore"), IGNORED.map((name) => `services/*/${name}\n`).join(""));
  const git = (...args: string[]) =>
    execa("git", ["-c", "user.name=lab", "-c", "user.email=lab@localhost", ...args], { cwd: root });
  await git("init", "--quiet");
  await git("add", "--all");
  await git("commit", "--quiet", "--message=services");
  return join(root, "services", "alloy");
}

/** What the deployment of the other services looks at before it goes on: it stops unless this is empty. */
export async function checkoutStatus(root: string): Promise<string> {
  const { stdout } = await execa("git", ["status", "--porcelain"], { cwd: root });
  return stdout;
}

async function give(path: string): Promise<void> {
  await chown(path, OWNER, OWNER);
  await chmod(path, MODE);
}
