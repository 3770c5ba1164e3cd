import { createHash, hash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { execa } from "execa";
import { cacheDir } from "../paths.ts";
import { step } from "../progress.ts";
import {
  type DebianPackages,
  debianRelease,
  LEFT_OUT,
  LIBRARIES,
  unpackPackages,
} from "./debian.ts";
import { type Entry, entriesArchive } from "./entries.ts";

/** One layer of an image: a tar archive whose content has the digest `diffId`. */
export interface Layer {
  diffId: string;
  size: number;
  /** Versions of the Debian packages in it. */
  versions: Record<string, string>;
  /** Folder with the copyright file of each of these packages. */
  licences?: string;
  open(): Readable;
}

export interface DebianLayer extends DebianPackages {
  name: string;
  /** Makes by hand what the packages' installation scripts would make. */
  finish?(tree: string): Promise<void>;
}

type LayerFacts = Pick<Layer, "diffId" | "size" | "versions">;

/** Raise it when the way a layer is made changes, so that those in the cache are made again. */
const RECIPE = 2;

const layersDir = join(cacheDir, "layers");

/** Layers that are being made, by name: images that share one are made side by side. */
const inTheMaking = new Map<string, Promise<Layer>>();

/** A layer of Debian packages, made once per release and kept as a tar file. */
export function debianLayer(layer: DebianLayer): Promise<Layer> {
  const made = inTheMaking.get(layer.name) ?? keptLayer(layer);
  inTheMaking.set(layer.name, made);
  return made;
}

async function keptLayer(layer: DebianLayer): Promise<Layer> {
  const choice = [layer.packages, String(layer.keep ?? LIBRARIES), LEFT_OUT];
  const inputs = [RECIPE, await debianRelease(), layer.name, choice];
  const dir = join(layersDir, `${layer.name}-${shortHash(inputs)}`);
  if (!existsSync(dir)) {
    await step(`unpacking Debian packages: ${layer.packages.join(" ")}`, () =>
      makeLayer(layer, dir),
    );
  }
  const facts: LayerFacts = JSON.parse(await readFile(join(dir, "layer.json"), "utf8"));
  const open = () => createReadStream(join(dir, "layer.tar"));
  return { ...facts, licences: join(dir, "licences"), open };
}

/** A layer of single files; hashing the 420 MB of Alloy takes 1 s, so the result is kept. */
export async function filesLayer(entries: Entry[]): Promise<Layer> {
  const open = () => entriesArchive(entries);
  const sources = await Promise.all(entries.map(({ source }) => source && stat(source)));
  const stamps = sources.map((file) => file && [file.size, file.mtimeMs]);
  if (!stamps.some(Boolean)) return { ...(await measure(open())), open };
  const kept = join(layersDir, `files-${shortHash([RECIPE, entries, stamps])}.json`);
  if (!existsSync(kept)) await keep(kept, JSON.stringify(await measure(open())));
  return { ...(JSON.parse(await readFile(kept, "utf8")) as LayerFacts), open };
}

/** The first eight digits of a hash over inputs: enough to tell versions of one image apart. */
export function shortHash(inputs: unknown): string {
  return hash("sha256", JSON.stringify(inputs)).slice(0, 8);
}

async function makeLayer(layer: DebianLayer, dir: string): Promise<void> {
  await mkdir(layersDir, { recursive: true });
  const work = await mkdtemp(join(layersDir, `${layer.name}-unfinished-`));
  try {
    const [tree, downloads, result] = [
      join(work, "tree"),
      join(work, "debs"),
      join(work, "result"),
    ];
    const licences = join(result, "licences");
    for (const made of [tree, downloads, result, licences]) await mkdir(made);
    await linkDirectories(tree);
    const versions = await unpackPackages(layer, { tree, licences, downloads });
    await layer.finish?.(tree);
    const file = join(result, "layer.tar");
    await archive(tree, file);
    const facts: LayerFacts = { ...(await measure(createReadStream(file))), versions };
    await writeFile(join(result, "layer.json"), JSON.stringify(facts));
    await moveInto(dir, result);
  } finally {
    await rm(work, { recursive: true });
  }
}

/** Debian 12's packages still have files in /lib and /bin, Debian 13's only below /usr: one place for both. */
async function linkDirectories(tree: string): Promise<void> {
  await mkdir(join(tree, "usr"));
  for (const name of ["bin", "sbin", "lib", "lib64"]) {
    await mkdir(join(tree, "usr", name));
    await symlink(`usr/${name}`, join(tree, name));
  }
}

/** Same tree, same bytes: the layer's digest says what is in it, not when it was made. */
async function archive(tree: string, file: string): Promise<void> {
  const same = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];
  await execa("tar", ["--create", "--file", file, ...same, "--directory", tree, "."]);
}

/** Another command may have made the same layer meanwhile: then that one stays. */
async function moveInto(dir: string, result: string): Promise<void> {
  await rename(result, dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
  });
}

async function keep(file: string, text: string): Promise<void> {
  await mkdir(layersDir, { recursive: true });
  await writeFile(`${file}.${process.pid}`, text);
  await rename(`${file}.${process.pid}`, file);
}

async function measure(content: Readable): Promise<LayerFacts> {
  const hash = createHash("sha256");
  let size = 0;
  const count = new Writable({
    write(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      hash.update(chunk);
      done();
    },
  });
  await pipeline(content, count);
  return { diffId: `sha256:${hash.digest("hex")}`, size, versions: {} };
}
