import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { mainModule } from "../../lab/go-module.ts";
import { builtImages } from "../../lab/images.ts";
import { debianLicences, licenceOf, licencesIn } from "../../lab/licences.ts";
import { repoDir } from "../../lab/paths.ts";
import { folderOf, LICENCES, type Program, program } from "../../lab/programs.ts";
import packages from "../../package.json" with { type: "json" };
import lock from "../../package-lock.json" with { type: "json" };

/** Licences that anyone may ship programs under, as SPDX names them. */
const OPEN_SOURCE = [
  ...[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BlueOak-1.0.0",
    "CC-BY-3.0",
    "CC0-1.0",
  ],
  ...["ISC", "MIT", "MPL-2.0", "Python-2.0", "Unlicense"],
];

/** Modules and packages without a licence of their own, each with where it is stated. */
const STATED_ELSEWHERE: Record<string, string> = {
  "github.com/sourcegraph/appdash-data": "MIT, as github.com/sourcegraph/appdash, whose data it is",
  "node_modules/humanize-number": "MIT, in its Readme",
  "node_modules/only": "MIT, in its Readme",
};

const PROGRAMS: Program[] = ["alloy", "pulumi", "victoria-logs", "actionlint"];

interface Row {
  part: string;
  version: string;
  licence: string;
  from: string;
}

const rows = tableOf(readFileSync(join(repoDir, "docs/architecture.md"), "utf8"));
const row = (from: string) => rows.find((one) => one.from === from);

describe.each(PROGRAMS)("%s", (name) => {
  let modules: string;
  beforeAll(async () => {
    modules = join(dirname(dirname(await program(name))), LICENCES);
  });

  test("is in the table with its version and the licence of its module", () => {
    const goMod = readFileSync(join(repoDir, "lab", folderOf(name), "go.mod"), "utf8");
    const { path, version } = mainModule(goMod);
    const own = [`${path}@${version}`, "alloy"].map((one) => join(modules, one)).find(existsSync);
    const licence = licencesIn(own ?? modules).join(", ");
    expect(row(`Go module \`${path}\``)).toMatchObject({ version, licence });
  });

  test("is made of modules under open-source licences", () => {
    const folders = modulesIn(modules);
    expect(folders.length).toBeGreaterThan(5);
    const others = folders.flatMap((folder) => {
      const module = folder.slice(modules.length + 1);
      const [path = ""] = module.split("@");
      const licences = licencesIn(folder);
      const open = licences.length > 0 && licences.every((one) => OPEN_SOURCE.includes(one));
      return open || path in STATED_ELSEWHERE
        ? []
        : [`${module}: ${licences.join(", ") || "none"}`];
    });
    expect(others).toEqual([]);
  });
});

describe("Debian's packages", () => {
  let copyrights: Record<string, string>;
  beforeAll(async () => {
    const layers = (await builtImages()).flatMap((image) => image.layers);
    const folders = [...new Set(layers.flatMap(({ licences }) => licences ?? []))];
    copyrights = Object.assign({}, ...folders.map(copyrightsIn));
  });

  test("none is under the AGPL", () => {
    expect(Object.keys(copyrights).length).toBeGreaterThan(40);
    const agpl = Object.entries(copyrights).filter(
      ([, text]) =>
        debianLicences(text).some((one) => one.startsWith("AGPL")) ||
        licenceOf(text) === "AGPL-3.0",
    );
    expect(agpl.map(([name]) => name)).toEqual([]);
  });

  const listed = rows.filter(({ from }) => from === "Debian");

  test("each that is installed or unpacked by name is in the table", () => {
    expect(listed.flatMap(partsOf).sort()).toEqual(wantedPackages());
  });

  test.each(listed)("are under $licence: $part", (one) => {
    const texts = partsOf(one).flatMap(
      (name) => copyrights[name] ?? installedCopyright(name) ?? [],
    );
    expect(texts.length).toBeGreaterThan(0);
    for (const text of texts) expect(text).toMatch(WORDS[one.licence] ?? one.licence);
  });
});

describe("npm's packages", () => {
  test("all are under open-source licences", () => {
    const others = Object.entries(lock.packages as Record<string, { license?: string }>)
      .filter(([path]) => path !== "")
      .flatMap(([path, { license }]) => {
        const said = license ?? installed(path);
        const open = isOpen(said) || isOpen(licenceText(path)) || path in STATED_ELSEWHERE;
        return open ? [] : [`${path}: ${said}`];
      });
    expect(others).toEqual([]);
  });

  test("each that the lab imports is in the table, with its version and licence", () => {
    const wanted = importedPackages().map((name) => ({
      part: `\`${name}\``,
      version: versionOf(name),
      licence: installed(`node_modules/${name}`) ?? licenceText(`node_modules/${name}`),
      from: "npm",
    }));
    expect(rows.filter(({ from }) => from === "npm")).toEqual(wanted);
  });
});

function tableOf(text: string): Row[] {
  const table = text.split("| Part | Version | Licence | From |\n|---|---|---|---|\n")[1] ?? "";
  const lines = (table.split("\n\n")[0] ?? "").split("\n");
  return lines.map((line) => {
    const [part = "", version = "", licence = "", from = ""] = line.slice(2, -2).split(" | ");
    return { part, version, licence, from };
  });
}

/** Folders of modules, whose paths end with `@<version>`; a module that was replaced by a folder has none. */
function modulesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.name.includes("@") || entry.name === "alloy" ? [path] : modulesIn(path);
    });
}

function copyrightsIn(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, "copyright")));
  // PostgreSQL's server has its version in its name.
  const texts = names.map((name) => [
    name.replace(/^(postgresql)-\d+$/, "$1"),
    readFileSync(join(folder, name, "copyright"), "utf8"),
  ]);
  return Object.fromEntries(texts);
}

function installedCopyright(name: string): string | undefined {
  const file = `/usr/share/doc/${name}/copyright`;
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/** By what a licence is known in Debian's copyright files. */
const WORDS: Record<string, RegExp> = {
  "Apache-2.0": /Apache(-2\.0| License,? Version 2\.0)/i,
  "GPL-2": /GPL-2|GNU General Public License[\s\S]*version 2/i,
  "GPL-3": /GPL-3|GNU General Public License/i,
  "LGPL-2.1": /LGPL-2\.1|(Lesser|Library) General Public License/i,
  BSD: /BSD/,
  "MPL-2.0": /Mozilla Public License Version 2\.0/i,
  PostgreSQL: /PostgreSQL Global Development Group[\s\S]*without fee/,
  PSF: /PSF LICENSE AGREEMENT|Python Software Foundation License/i,
  "public domain": /public domain/i,
};

const partsOf = ({ part }: Row) => part.match(/[^`, ]+/g) ?? [];

/** Every package that a file of lab/, test/ or bench/ names in `packages: [...]`. */
function wantedPackages(): string[] {
  const texts = ["lab", "test", "bench"].flatMap(sourcesBelow);
  const lists = texts.flatMap((text) => [
    ...text.matchAll(/\bpackages: \[((?:"[^"]+"(?:, )?)+)\]/g),
  ]);
  const names = lists.flatMap(([, list = ""]) => list.match(/[^", ]+/g) ?? []);
  const called = texts.flatMap((text) => [...text.matchAll(/const packages = \[(.*?)\]/g)]);
  const others = called.flatMap(([, list = ""]) => list.match(/[^", ]+/g) ?? []);
  return [...new Set([...names, ...others])].sort();
}

function sourcesBelow(folder: string): string[] {
  return readdirSync(join(repoDir, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(join(repoDir, folder, name), "utf8"));
}

function importedPackages(): string[] {
  const specifiers = sourcesBelow("lab").flatMap((text) => [
    ...text.matchAll(/ from "([^".][^"]*)"/g),
  ]);
  const names = specifiers.flatMap(([, from = ""]) => {
    const [scope, name] = from.split("/");
    if (from.startsWith("node:")) return [];
    return scope?.startsWith("@") ? [`${scope}/${name}`] : [scope ?? ""];
  });
  return [...new Set([...names, "node"])].sort();
}

function versionOf(name: string): string {
  const {
    dependencies,
    devDependencies,
  }: Record<string, Record<string, string>> = packages as never;
  return dependencies?.[name] ?? devDependencies?.[name] ?? "not in package.json";
}

function installed(path: string): string | undefined {
  const file = join(repoDir, path, "package.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).license : undefined;
}

function licenceText(path: string): string | undefined {
  const file = ["LICENSE", "LICENSE.md", "LICENSE.txt"]
    .map((name) => join(repoDir, path, name))
    .find(existsSync);
  return file && licenceOf(readFileSync(file, "utf8"));
}

/** `MIT OR Apache-2.0` is open if one is, `(BSD-3-Clause AND Apache-2.0)` if both are. */
function isOpen(licence: string | undefined): boolean {
  const choices = licence?.replaceAll(/[()]/g, "").split(" OR ") ?? [];
  return choices.some((one) => one.split(" AND ").every((part) => OPEN_SOURCE.includes(part)));
}
