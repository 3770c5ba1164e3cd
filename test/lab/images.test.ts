import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { extract } from "tar-stream";
import { describe, expect, it } from "vitest";
import { type BuiltImage, buildImage, imagesArchive } from "../../lab/images/archive.ts";
import { chosenPackages, LIBRARIES } from "../../lab/images/debian.ts";
import { type Entry, entriesArchive } from "../../lab/images/entries.ts";
import type { Layer } from "../../lab/images/layers.ts";

/** Name and text of each file in an archive. */
async function filesOf(archive: Readable): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const entry of archive.pipe(extract())) {
    files[entry.header.name] = (await buffer(entry)).toString();
  }
  return files;
}

function layer(content: string): Layer {
  const diffId = `sha256:${createHash("sha256").update(content).digest("hex")}`;
  return { diffId, size: content.length, versions: {}, open: () => Readable.from([content]) };
}

const [base, tool] = [layer("base"), layer("tool")];

describe("an image's name", () => {
  const image = buildImage("init", "1:1.35.0-4+deb12u1", [base, tool], { Cmd: ["sh"] });

  it("has the version, with the signs that a tag allows, and a hash", () => {
    expect(image.name).toMatch(/^grafana-alloy-lab\/init:1\.35\.0-4-deb12u1-[0-9a-f]{8}$/);
  });

  it.each<[string, BuiltImage]>([
    ["layers", buildImage("init", "1:1.35.0-4+deb12u1", [base], { Cmd: ["sh"] })],
    ["configuration", buildImage("init", "1:1.35.0-4+deb12u1", [base, tool], { Cmd: ["ls"] })],
  ])("changes with the %s", (_, other) => {
    expect(other.name).not.toBe(image.name);
  });

  it("is the same for the same inputs", () => {
    const again = buildImage("init", "1:1.35.0-4+deb12u1", [base, tool], { Cmd: ["sh"] });
    expect(again).toEqual(image);
  });
});

it("images are loaded in one archive, with a layer that two share in it once", async () => {
  const one = buildImage("one", "1", [base, tool], { Cmd: ["one"] });
  const two = buildImage("two", "2", [base], { Cmd: ["two"] });
  const files = await filesOf(imagesArchive([one, two]));
  const manifest = JSON.parse(files["manifest.json"] ?? "");
  const [baseFile, toolFile] = [base, tool].map((l) => `${l.diffId.slice(7)}/layer.tar`);
  expect(manifest.map((m: { RepoTags: string[] }) => m.RepoTags)).toEqual([[one.name], [two.name]]);
  expect(manifest.map((m: { Layers: string[] }) => m.Layers)).toEqual([
    [baseFile, toolFile],
    [baseFile],
  ]);
  expect(Object.keys(files)).toHaveLength(5);
  expect(files[baseFile ?? ""]).toBe("base");
  expect(JSON.parse(files[manifest[0].Config] ?? "").rootfs.diff_ids).toEqual([
    base.diffId,
    tool.diffId,
  ]);
});

describe("entries", () => {
  it("give the same bytes every time, whatever the file's age", async () => {
    const dir = await mkdtemp(join(tmpdir(), "entries-"));
    const source = join(dir, "program");
    const entries: Entry[] = [
      { path: "usr/bin/program", mode: 0o755, source },
      { path: "etc/config", content: "text" },
      { path: "data", uid: 70 },
    ];
    await writeFile(source, "program");
    const first = await buffer(entriesArchive(entries));
    await rm(source);
    await writeFile(source, "program");
    expect(await buffer(entriesArchive(entries))).toEqual(first);
    await rm(dir, { recursive: true });
  });

  it("are root's and readable unless they say otherwise", async () => {
    const archive = entriesArchive([
      { path: "etc/config", content: "" },
      { path: "data", uid: 70 },
      { path: "secret", mode: 0o400, uid: 65534, content: "token" },
    ]);
    const headers = [];
    for await (const entry of archive.pipe(extract())) {
      const { name, type, mode, uid, gid } = entry.header;
      headers.push([name, type, mode, uid, gid]);
      entry.resume();
    }
    expect(headers).toEqual([
      ["etc/config", "file", 0o644, 0, 0],
      ["data", "directory", 0o755, 70, 70],
      ["secret", "file", 0o400, 65534, 65534],
    ]);
  });

  it("fail when a source is missing", async () => {
    const archive = entriesArchive([{ path: "program", source: "/nowhere/program" }]);
    await expect(buffer(archive)).rejects.toThrow("/nowhere/program");
  });
});

describe("packages of a layer", () => {
  const closure = [
    "libc6_2.36-9+deb12u14_amd64.deb",
    "libcap2_1%3a2.66-4+deb12u3+b1_amd64.deb",
    "libssl3t64_3.0.22_amd64.deb",
    "zlib1g_1%3a1.2.13.dfsg-1_amd64.deb",
    "libllvm14_1%3a14.0.6-12_amd64.deb",
    "libjs-d3_3.5.17-4_all.deb",
    "libjson-perl_4.10000-1_all.deb",
    "libaudit-common_1%3a3.0.9-1_all.deb",
    "adduser_3.134_all.deb",
    "haproxy_2.6.12-1+deb12u4_amd64.deb",
  ];

  it("are the wanted one and the shared libraries that it needs, with their versions", () => {
    expect(chosenPackages(closure, ["haproxy"], LIBRARIES)).toEqual({
      libcap2: "1:2.66-4+deb12u3+b1",
      libssl3t64: "3.0.22",
      zlib1g: "1:1.2.13.dfsg-1",
      haproxy: "2.6.12-1+deb12u4",
    });
  });
});
