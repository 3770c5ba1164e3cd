import { join } from "node:path";
import { build } from "esbuild";
import type { Entry } from "../images/entries.ts";
import type { WorldImages } from "../images/published.ts";
import { repoDir } from "../paths.ts";

/** Where a stand-in's container has its program. */
export const PROGRAM = "srv/main.mjs";

/** The stand-ins that run in containers, by the file with which each begins. */
const MAIN_FILES = {
  traefik: "traefik.ts",
  github: "github.ts",
  cloudLogs: "grafana-cloud-logs/main.ts",
};

export type StandInPrograms = Record<keyof typeof MAIN_FILES, Entry>;

/** Each stand-in with the packages that it needs as one file, which plain Node runs. */
export async function standInPrograms(): Promise<StandInPrograms> {
  const programs = Object.entries(MAIN_FILES).map(async ([name, file]) => [
    name,
    await bundle(file),
  ]);
  return Object.fromEntries(await Promise.all(programs));
}

async function bundle(file: string): Promise<Entry> {
  const { outputFiles } = await build({
    absWorkingDir: repoDir,
    entryPoints: [join("lab/stand-ins", file)],
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    // Some packages are CommonJS and ask for Node's own modules.
    banner: {
      js: 'import { createRequire } from "node:module";const require = createRequire("/");',
    },
  });
  return { path: PROGRAM, content: outputFiles[0]?.text };
}

/** How a container runs a stand-in's program. */
export function onNode({ node }: WorldImages) {
  return { image: node, entrypoint: ["node"], user: "65534:65534" };
}
