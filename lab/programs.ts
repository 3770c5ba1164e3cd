import { createHash, randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { cp, link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { apt, withFreshLists } from "./apt.ts";
import { cacheDir, repoDir } from "./paths.ts";
import { commandLine, findCommand, logTail } from "./processes.ts";
import { say, step } from "./progress.ts";

/** Programs built from their published Go modules: the one source where nothing can be downloaded. */
export type Program = "pulumi" | "alloy" | "loki";

interface Recipe {
  /** Folder of lab/ whose go.mod names the module, its version and the package. */
  folder: string;
  /** Linker variable of the version: a module that is not built from its own repository knows none. */
  versionVariable: string;
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
    minutes: 4,
  },
  alloy: {
    folder: "alloy",
    versionVariable: "github.com/grafana/alloy/internal/build.Version",
    // The journal is read through libsystemd, which is a C library.
    tags: "netgo,promtail_journal_enabled",
    cgo: true,
    minutes: 10,
  },
  loki: {
    folder: "loki",
    versionVariable: "github.com/grafana/loki/v3/pkg/util/build.Version",
    tags: "netgo",
    cgo: false,
    minutes: 4,
  },
};

export type BuildSettings = ReturnType<typeof buildSettings>;

/** A go.mod as `go mod edit -json` prints it. */
export interface GoModule {
  Module: { Path: string };
  Go: string;
  Require: { Path: string; Version: string }[];
  Replace: { Old: { Path: string }; New: { Path: string } }[] | null;
  Tool: { Path: string }[] | null;
}

/** Path of the program in the cache, `…/<name>-<version>-<key>/bin/<name>`; builds it when absent. */
export async function program(name: Program): Promise<string> {
  const sources = readSources(RECIPES[name].folder);
  const { version } = mainModule(sources["go.mod"] ?? "");
  const settings = buildSettings(RECIPES[name], version);
  const home = join(cacheDir, `${name}-${version}-${cacheKey(sources, settings)}`);
  const path = join(home, "bin", name);
  if (existsSync(path)) return path;
  await needGo(name, sources["go.mod"] ?? "");
  if (RECIPES[name].cgo) await needJournalHeaders();
  await mkdir(cacheDir, { recursive: true });
  const label = `building ${name} ${version} from its Go module (once, ${RECIPES[name].minutes} min on 2 idle cores)`;
  const buildOnce = async () => {
    if (!existsSync(path)) await build(name, home, settings);
  };
  await step(label, () => locked(`${home}.lock`, buildOnce));
  return path;
}

/** What the Go command is told besides the package; "-s -w" leaves out the debugger's tables. */
function buildSettings({ tags, cgo, versionVariable }: Recipe, version: string) {
  const linker = `-s -w -X ${versionVariable}=${version}`;
  const env = { CGO_ENABLED: cgo ? "1" : "0" };
  return { flags: ["-tags", tags, "-ldflags", linker], env };
}

/** Changes with whatever of ours goes into the build, so that an edit never meets an old program. */
export function cacheKey(sources: Record<string, string>, settings: BuildSettings): string {
  const inputs = JSON.stringify([Object.entries(sources).sort(), settings]);
  return createHash("sha256").update(inputs).digest("hex").slice(0, 8);
}

/** The module that a program is published in: the first that our go.mod requires. */
export function mainModule(goMod: string): { path: string; version: string } {
  const [, path, version] = /^\s*(?:require )?(\S+) (v\d\S*)/m.exec(goMod) ?? [];
  if (!path || !version) throw new Error("go.mod requires no module: its first one is built.");
  return { path, version };
}

/** `go mod edit` arguments that put our lines over those of the program's own go.mod. */
export function moduleEdits({ Module, Go, Require, Replace }: GoModule): string[] {
  const required = Require.flatMap((r) => [
    `-dropreplace=${r.Path}`,
    `-require=${r.Path}@${r.Version}`,
  ]);
  const replaced = (Replace ?? []).flatMap(({ Old, New }) => [
    `-dropreplace=${Old.Path}`,
    `-replace=${Old.Path}=${New.Path}`,
  ]);
  return [`-module=${Module.Path}`, `-go=${Go}`, ...required, ...replaced];
}

/** Whether `go env GOVERSION` names a release before the one that a go.mod asks for. */
export function isOlder(found: string, needed: string): boolean {
  const numbers = (text: string) => (/\d+(\.\d+)*/.exec(text)?.[0] ?? "0").split(".").map(Number);
  const [have, want] = [numbers(found), numbers(needed)];
  const differs = want.findIndex((part, i) => part !== (have[i] ?? 0));
  return differs >= 0 && (have[differs] ?? 0) < (want[differs] ?? 0);
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
  const { path, version } = await wholeModule(source, ours, go);
  say(`  ${path} ${version}; output in ${log}`);
  const target = ours.Tool?.[0]?.Path ?? ".";
  await go("build", ...flags, "-o", join(work, "bin", name), target);
  await rm(source, { recursive: true });
  await rename(work, home);
}

type Go = (...args: string[]) => Promise<string>;

/**
 * Completes our go.mod and go.sum in `source` with the program's own. Go ignores the `replace` lines
 * of a dependency and does not use its go.sum, without which many checksums can't be looked up.
 * Ours pins the module itself, so what is copied from it is pinned too.
 */
async function wholeModule(source: string, ours: GoModule, go: Go) {
  const sums = await readFile(join(source, "go.sum"), "utf8");
  const main = mainModule(await readFile(join(source, "go.mod"), "utf8"));
  const { Dir } = JSON.parse(await go("mod", "download", "-json", `${main.path}@${main.version}`));
  await writeFile(join(source, "go.mod"), await readFile(join(Dir, "go.mod")));
  await writeFile(join(source, "go.sum"), (await readFile(join(Dir, "go.sum"), "utf8")) + sums);
  await go("mod", "edit", ...moduleEdits(ours));
  return main;
}

/** Runs Go in a folder with its output kept, and shows the end of that when it fails. */
function goIn(cwd: string, settings: BuildSettings["env"], log: string): Go {
  const env = { ...settings, GOTOOLCHAIN: "local", GOFLAGS: "-buildvcs=false", GOWORK: "off" };
  const file = { file: log, append: true } as const;
  return async (...args) => {
    const options = { cwd, env, reject: false, stdout: ["pipe", file], stderr: file } as const;
    const { failed, stdout } = await execa("go", args, options);
    if (!failed) return stdout;
    throw new Error(`go ${args[0]} failed, see ${log}:\n${await logTail(log, 20)}`);
  };
}

async function needGo(name: Program, goMod: string): Promise<void> {
  const needed = /^go (\S+)/m.exec(goMod)?.[1] ?? "";
  const env = { GOTOOLCHAIN: "local" };
  const { stdout } = await execa("go", ["env", "GOVERSION"], { env, reject: false });
  if (stdout && !isOlder(stdout, needed)) return;
  throw new Error(
    `Building ${name} needs Go ${needed} or newer on PATH and this machine has ${stdout || "none"}: ` +
      "install it as https://go.dev/doc/install says, then run this again.",
  );
}

/** Alloy's journal reader compiles against libsystemd's headers; they ship in no Go module. */
async function needJournalHeaders(): Promise<void> {
  if (findCommand("gcc") && existsSync("/usr/include/systemd/sd-journal.h")) return;
  const packages = ["gcc", "libc6-dev", "libsystemd-dev"];
  const command = `apt-get install ${packages.join(" ")}`;
  if (process.getuid?.() !== 0 || !findCommand("apt-get")) {
    throw new Error(`Building alloy needs a C compiler and libsystemd's headers: ${command}`);
  }
  const install = ["install", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120"];
  await step(command, () => withFreshLists(() => apt([...install, ...packages])));
}

/** One build of a program at a time. A lock whose process is gone is taken over. */
async function locked(lock: string, work: () => Promise<void>): Promise<void> {
  const mine = `${lock}.${randomUUID()}`;
  await writeFile(mine, String(process.pid));
  try {
    while (!(await take(mine, lock))) await sleep(1000);
    await work().finally(() => rm(lock));
  } finally {
    await rm(mine);
  }
}

/** A link appears at once with its content, so no one ever reads a lock without a pid. */
async function take(mine: string, lock: string): Promise<boolean> {
  try {
    await link(mine, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  // Empty when it was released since.
  const holder = Number(await readFile(lock, "utf8").catch(() => ""));
  if (holder && !(await commandLine(holder))) await rm(lock, { force: true });
  return false;
}
