import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repoDir } from "./paths.ts";

/** Version of the Pulumi CLI, for the lab, CI and readers of the README. */
export const pulumiVersion = readFileSync(join(repoDir, ".pulumi.version"), "utf8").trim();
