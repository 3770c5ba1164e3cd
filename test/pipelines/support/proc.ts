import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A directory with these files, by path. */
export async function treeOf(files: Record<string, string | Buffer>): Promise<string> {
  const tree = await mkdtemp(join(tmpdir(), "tree-"));
  for (const [path, text] of Object.entries(files)) {
    const file = join(tree, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  return tree;
}

/** Files of /proc with a process for each text of `/proc/PID/cgroup`. */
export async function processes(cgroups: string[]): Promise<Record<string, string | Buffer>> {
  const files: Record<string, string | Buffer> = { stat: await readFile("/proc/stat") };
  for (const [index, cgroup] of cgroups.entries()) {
    const pid = `${100 + index}`;
    for (const name of ["cmdline", "limits", "stat", "status"]) {
      files[join(pid, name)] = await readFile(join("/proc/self", name));
    }
    files[join(pid, "cgroup")] = cgroup;
    files[join(pid, "fd/0")] = "";
  }
  return files;
}
