import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { apt, withFreshLists } from "../apt.ts";
import { findCommand } from "../processes.ts";

/** What a layer takes from the machine's Debian (or Ubuntu) release. */
export interface DebianPackages {
  /** Packages by name; what they depend on comes along as far as `keep` says. */
  packages: string[];
  /** Dependencies to take. Default: shared libraries, without those for scripts and web pages. */
  keep?: RegExp;
}

/**
 * Shared libraries, but for glibc, which the base has, and LLVM and Z3 (80 MB), which only PostgreSQL's
 * just-in-time compiler needs.
 */
export const LIBRARIES = /^(zlib1g$|lib(?!c6$|gcc-s1$|llvm|z3|js-|perl|c-|.*-perl$|.*-common$))/;

/** Answers apt as if nothing were installed: a closure for an empty root, not for this machine. */
const EMPTY_STATUS = ["-o", "Dir::State::status=/dev/null"];

/** Files that no container needs: they would double the images' 300 MB. */
export const LEFT_OUT = [
  ...["man", "info", "locale", "lintian", "bug", "bash-completion", "zoneinfo/right"].map(
    (dir) => `./usr/share/${dir}`,
  ),
  "./usr/share/javascript/moment-timezone/data/unpacked",
  "./usr/bin/promtool",
  "./usr/lib/*/gconv",
];

/** The release and architecture that packages come from, e.g. `bookworm-x64`. */
export async function debianRelease(): Promise<string> {
  if (!findCommand("apt-get") || !findCommand("dpkg-deb")) {
    throw new Error(
      "The lab builds its images from Debian packages: run it on Debian or Ubuntu (apt-get, dpkg-deb).",
    );
  }
  const text = await readFile("/etc/os-release", "utf8");
  const codename = /^VERSION_CODENAME=(\S+)$/m.exec(text)?.[1] ?? "unknown";
  return `${codename}-${process.arch}`;
}

/**
 * Unpacks the packages into `tree`, which nothing is installed in, and their copyright files into `licences`;
 * returns their versions.
 */
export async function unpackPackages(
  { packages, keep = LIBRARIES }: DebianPackages,
  { tree, licences, downloads }: { tree: string; licences: string; downloads: string },
): Promise<Record<string, string>> {
  const versions = await withFreshLists(async () => {
    const chosen = chosenPackages(await closureOf(packages), packages, keep);
    const exact = Object.entries(chosen).map(([name, version]) => `${name}=${version}`);
    await apt(["-o", "APT::Sandbox::User=root", "download", ...exact], downloads);
    return chosen;
  });
  for (const deb of await debsIn(downloads)) await unpack(deb, tree);
  await keepCopyrights(join(tree, "usr/share/doc"), licences);
  return versions;
}

/** `apt-get --print-uris` answers lines of: 'uri' file size hash. */
async function closureOf(packages: string[]): Promise<string[]> {
  const options = [...EMPTY_STATUS, "--no-install-recommends", "--print-uris"];
  const lines = (await apt([...options, "install", ...packages])).split("\n");
  return lines
    .map((line) => line.split(" ")[1])
    .filter((file) => file?.endsWith(".deb")) as string[];
}

/** From file names like `libcap2_1%3a2.66-4_amd64.deb`, the packages to take with their versions. */
export function chosenPackages(files: string[], wanted: string[], keep: RegExp) {
  const all = files.map((file) => file.split("_").map(decodeURIComponent));
  const taken = all.filter(([name = ""]) => wanted.includes(name) || keep.test(name));
  return Object.fromEntries(taken.map(([name = "", version = ""]) => [name, version]));
}

async function debsIn(dir: string): Promise<string[]> {
  const { stdout } = await execa("find", [dir, "-name", "*.deb"]);
  return stdout.split("\n").filter(Boolean).sort();
}

/** `dpkg-deb --extract` would put a directory in place of the link `lib` → `usr/lib`. */
async function unpack(deb: string, tree: string): Promise<void> {
  const excludes = LEFT_OUT.map((path) => `--exclude=${path}`);
  const into = ["--extract", "--keep-directory-symlink", "--no-same-owner", "--directory", tree];
  // The archive goes by, and is not also kept as the commands' output.
  const tar = execa("tar", [...into, ...excludes], { buffer: false });
  await execa("dpkg-deb", ["--fsys-tarfile", deb], { buffer: false }).pipe(tar);
}

/** Of `doc/<package>/` the copyright file, which Debian's rules demand: in the image, and beside it. */
async function keepCopyrights(doc: string, licences: string): Promise<void> {
  await execa("find", [doc, "-type", "f", "!", "-name", "copyright", "-delete"]);
  await cp(doc, licences, { recursive: true, verbatimSymlinks: true });
}
