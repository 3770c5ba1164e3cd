import { cp, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Go } from "./go-module.ts";

const LICENCE_FILE = /^(un)?licen[cs]e|^copying/i;

/** A module that is linked into a Go program, as `go version -m` lists it. */
interface LinkedModule {
  path: string;
  version: string;
}

/** The modules that a Go program is made of; where one is replaced, what it is replaced by. */
function linkedModules(listing: string): LinkedModule[] {
  const modules: LinkedModule[] = [];
  for (const line of listing.split("\n")) {
    const [, kind, path = "", version = ""] = line.split("\t");
    if (kind === "=>") modules.pop();
    // A program of ours has no version; one that is built as it was published has.
    const published = kind === "mod" && version.startsWith("v");
    if (published || kind === "dep" || kind === "=>") modules.push({ path, version });
  }
  return modules;
}

/** Copies the licence files of all modules of a program into `into/<path>@<version>/`. */
export async function keepModuleLicences(
  { go, source, binary }: { go: Go; source: string; binary: string },
  into: string,
): Promise<void> {
  const cache = (await go("env", "GOMODCACHE")).trim();
  for (const module of linkedModules(await go("version", "-m", binary))) {
    const { path, version } = module;
    const local = path.startsWith(".");
    const from = local ? join(source, path) : join(cache, escaped(`${path}@${version}`));
    const to = join(into, local ? path : `${path}@${version}`);
    await mkdir(to, { recursive: true });
    for (const name of (await readdir(from)).filter((name) => LICENCE_FILE.test(name))) {
      await cp(join(from, name), join(to, name), { recursive: true });
    }
  }
}

/** Go's module cache writes a capital letter as `!` and the small one. */
const escaped = (path: string) => path.replaceAll(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`);
