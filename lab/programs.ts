import { hash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { cp, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { neededComponents, shrinkAlloy } from "./alloy-source.ts";
import { needCommands } from "./apt.ts";
import { locked } from "./build-lock.ts";
import { type GoModule, goIn, mainModule, needGo, wholeModule } from "./go-module.ts";
import { keepModuleLicences } from "./licences.ts";
import { cacheDir, repoDir } from "./paths.ts";
import { say, step } from "./progress.ts";

/** Programs built from their published Go modules: the one source where nothing can be downloaded. */
export type Program = "pulumi" | "alloy" | "victoria-logs" | "actionlint";

interface Recipe {
  /** Folder of lab/ whose go.mod names the module, its version and the package. */
  folder: string;
  /** Linker variable of the version: a module that is not built from its own repository knows none. */
  versionVariable: string;
  /** Further linker variables. */
  variables?: Record<string, string>;
  /** What is done to the module's source before it is built, given the folder and the module in Go's cache. */
  prepare?(source: string, module: string): Promise<void>;
  tags: string;
  /** Whether C is linked in; without it the program runs in an image with nothing else. */
  cgo: boolean;
  /** Measured with an empty Go cache on 2 cores, for the message. */
  minutes: number;
}

const RECIPES: Record<Program, Recipe> = {
  pulumi: {
    folder: "engine",
    versionVariable: "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version",
    tags: "",
    cgo: false,
    minutes: 5,
  },
  alloy: {
    folder: "alloy",
    versionVariable: "github.com/grafana/alloy/internal/build.Version",
    // `alloy --version` says what this build is.
    variables: {
      "github.com/grafana/alloy/internal/build.Branch": `lab-with-${neededComponents().join("+")}`,
    },
    prepare: shrinkAlloy,
    // The journal is read through libsystemd, which is a C library. btrfs takes a module without a licence.
    tags: "netgo,promtail_journal_enabled,nobtrfs",
    cgo: true,
    minutes: 4,
  },
  "victoria-logs": {
    folder: "victoria-logs",
    versionVariable: "github.com/VictoriaMetrics/VictoriaMetrics/lib/buildinfo.Version",
    tags: "",
    cgo: false,
    minutes: 1,
  },
  actionlint: {
    folder: "actionlint",
    versionVariable: "github.com/rhysd/actionlint.version",
    tags: "",
    cgo: false,
    minutes: 1,
  },
};

/** Folder of lab/ that says how a program is built. */
export const folderOf = (name: Program) => RECIPES[name].folder;

/** Folder beside `bin/` with the licences of the modules that a program is made of. */
export const LICENCES = "licences";

export type BuildSettings = ReturnType<typeof buildSettings>;

/** Path of the program in the cache, `…/<name>-<version>-<key>/bin/<name>`; builds it when absent. */
export async function program(name: Program): Promise<string> {
  const sources = readSources(RECIPES[name].folder);
  const { version } = mainModule(sources["go.mod"] ?? "");
  const settings = buildSettings(RECIPES[name], version);
  const home = join(cacheDir, `${name}-${version}-${cacheKey(sources, settings)}`);
  const path = join(home, "bin", name);
  if (existsSync(path)) return path;
  await needGo(name, sources["go.mod"] ?? "");
  if (RECIPES[name].cgo) await needCommands(C_FILES);
  await mkdir(cacheDir, { recursive: true });
  const label = `building ${name} ${version} from its Go module (once, ${RECIPES[name].minutes} min on 2 idle cores)`;
  const buildOnce = async () => {
    if (!existsSync(path)) await build(name, home, settings);
  };
  await step(label, () => locked(`${home}.flock`, buildOnce));
  return path;
}

/** What the Go command is told besides the package; "-s -w" leaves out the debugger's tables. */
function buildSettings({ tags, cgo, versionVariable, variables }: Recipe, version: string) {
  const all = Object.entries({ [versionVariable]: version, ...variables });
  const linker = ["-s -w", ...all.map(([name, value]) => `-X ${name}=${value}`)].join(" ");
  const env = { CGO_ENABLED: cgo ? "1" : "0" };
  return { flags: ["-tags", tags, "-ldflags", linker], env };
}

/** Raise it when a build keeps something else beside the program. */
const RECIPE = 2;

/** Changes with whatever of ours goes into the build, so that an edit never meets an old program. */
export function cacheKey(sources: Record<string, string>, settings: BuildSettings): string {
  const inputs = JSON.stringify([RECIPE, Object.entries(sources).sort(), settings]);
  return hash("sha256", inputs).slice(0, 8);
}

function readSources(folder: string): Record<string, string> {
  const dir = join(repoDir, "lab", folder);
  const files = readdirSync(dir, { recursive: true, encoding: "utf8" });
  const sources = files.filter((file) => statSync(join(dir, file)).isFile());
  return Object.fromEntries(sources.map((file) => [file, readFileSync(join(dir, file), "utf8")]));
}

/** Builds beside the final place and renames at the end: an interrupted build looks like none. */
async function build(name: Program, home: string, { flags, env }: BuildSettings): Promise<void> {
  const work = `${home}.building`;
  const log = `${home}.log`;
  await Promise.all([work, log].map((path) => rm(path, { recursive: true, force: true })));
  const source = join(work, "source");
  await cp(join(repoDir, "lab", RECIPES[name].folder), source, { recursive: true });
  const go = goIn(source, env, log);
  const ours: GoModule = JSON.parse(await go("mod", "edit", "-json"));
  const { path, version, dir } = await wholeModule(source, ours, go);
  await RECIPES[name].prepare?.(source, dir);
  say(`  ${path} ${version}; output in ${log}`);
  const target = ours.Tool?.[0]?.Path ?? ".";
  const binary = join(work, "bin", name);
  await go("build", ...flags, "-o", binary, target);
  await keepModuleLicences({ go, source, binary }, join(work, LICENCES));
  await rm(source, { recursive: true });
  await rename(work, home);
}

/** Alloy's journal reader compiles against libsystemd's headers; they ship in no Go module. */
const C_FILES = {
  gcc: { packages: ["gcc", "libc6-dev"], why: "building Alloy" },
  "/usr/include/systemd/sd-journal.h": { packages: ["libsystemd-dev"], why: "building Alloy" },
};
