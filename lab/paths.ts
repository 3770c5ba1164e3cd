import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The repository's root. */
export const repoDir = resolve(import.meta.dirname, "..");

/**
 * Everything of one lab that `make down` removes: engine sockets, host directories, Pulumi state. `make test`
 * runs several labs, and tells each its place in LAB_DIR.
 */
export const labDir = process.env.LAB_DIR || join(repoDir, ".lab");

/** What is built or downloaded once per version and kept for the next clone. */
export const cacheDir = join(
  process.env.XDG_CACHE_HOME || join(homedir(), ".cache"),
  "grafana-alloy-lab",
);
