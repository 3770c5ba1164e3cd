import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { repoDir } from "../../../lab/paths.ts";

const git = (...args: string[]) => execa("git", args, { cwd: repoDir, reject: false });

async function commit(...args: string[]): Promise<string | undefined> {
  const { failed, stdout } = await git(...args);
  return failed ? undefined : stdout;
}

/**
 * The commit that an existing stack was deployed with: `EARLIER=REV` names it; else where this branch left main,
 * and on main itself the commit before. For a pull request's merge commit that is main. Undefined without history.
 */
export async function earlierCommit(): Promise<string | undefined> {
  const named = process.env.EARLIER;
  if (named) return commit("rev-parse", "--verify", `${named}^{commit}`);
  const branched = await commit("merge-base", "HEAD", "origin/main");
  const head = await commit("rev-parse", "HEAD");
  return branched !== head && branched ? branched : commit("rev-parse", "--verify", "HEAD^");
}

/** Puts the files of a commit into a new directory, with the packages that are installed now. */
export async function earlierProgram(revision: string, directory: string): Promise<void> {
  await mkdir(directory);
  const archive = execa("git", ["archive", revision], { cwd: repoDir });
  await archive.pipe("tar", ["-x", "-C", directory]);
  await symlink(join(repoDir, "node_modules"), join(directory, "node_modules"));
}
