import { hash } from "node:crypto";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { tarArchive } from "./entries.ts";
import type { Layer } from "./layers.ts";

/** How containers of an image run, in the words of Docker's image configuration. */
export interface RunConfig {
  Entrypoint?: string[];
  Cmd?: string[];
  Env?: string[];
  User?: string;
  WorkingDir?: string;
  ExposedPorts?: Record<string, Record<string, never>>;
  Labels?: Record<string, string>;
}

export interface BuiltImage {
  /** `grafana-alloy-lab/<role>:<version>-<hash8>`: the name says what is in it. */
  name: string;
  config: string;
  layers: Layer[];
}

/** Puts layers and configuration together; the tag's hash covers both. */
export function buildImage(
  role: string,
  version: string,
  layers: Layer[],
  config: RunConfig,
): BuiltImage {
  const text = JSON.stringify({
    architecture: process.arch === "x64" ? "amd64" : process.arch,
    os: "linux",
    created: "1970-01-01T00:00:00Z",
    config,
    rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
  });
  const name = `grafana-alloy-lab/${role}:${tagSafe(version)}-${hash("sha256", text).slice(0, 8)}`;
  return { name: name.toLowerCase(), config: text, layers };
}

/** The images as one archive for `docker load`; a layer that several share is in it once. */
export function imagesArchive(images: BuiltImage[]): Readable {
  const layers = new Map(images.flatMap((image) => image.layers).map((l) => [layerFile(l), l]));
  return tarArchive(async (archive) => {
    for (const [name, layer] of layers) {
      await pipeline(layer.open(), archive.entry({ name, size: layer.size, mtime: new Date(0) }));
    }
    for (const { config } of images) archive.entry({ name: configFile(config) }, config);
    archive.entry({ name: "manifest.json" }, JSON.stringify(images.map(manifest)));
  });
}

function manifest({ name, config, layers }: BuiltImage) {
  return { Config: configFile(config), RepoTags: [name], Layers: layers.map(layerFile) };
}

const configFile = (config: string) => `${hash("sha256", config)}.json`;
const layerFile = ({ diffId }: Layer) => `${diffId.slice("sha256:".length)}/layer.tar`;

/** A Debian version like `1:15.20-0+deb12u1` has signs that a tag can't have. */
function tagSafe(version: string): string {
  return version.replace(/^\d+:/, "").replaceAll(/[^A-Za-z0-9_.-]/g, "-");
}
