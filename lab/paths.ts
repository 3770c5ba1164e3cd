import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The repository's root. */
export const repoDir = resolve(import.meta.dirname, "..");

/** Everything of one lab that `make down` removes: engine sockets, host directories, Pulumi state. */
export const labDir = join(repoDir, ".lab");

/** What is built or downloaded once per version and kept for the next clone. */
export const cacheDir = join(
  process.env.XDG_CACHE_HOME || join(homedir(), ".cache"),
  "grafana-alloy-lab",
);
