import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { mainModule } from "../../lab/go-module.ts";
import { builtImages } from "../../lab/images.ts";
import { repoDir } from "../../lab/paths.ts";
import { folderOf, LICENCES, type Program, program } from "../../lab/programs.ts";
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
  "node_modules/dictionary-en-gb": "MIT, and BSD-like terms of its word lists, in its license",
  "node_modules/humanize-number": "MIT, in its Readme",
  "node_modules/only": "MIT, in its Readme",
};

/** Words by which a licence's text is known, the longest names first. */
const TEXTS: [string, RegExp][] = [
  ["AGPL-3.0", /^\s*GNU AFFERO GENERAL PUBLIC LICENSE|^License: *AGPL/im],
  ["LGPL", /^\s*GNU (LESSER|LIBRARY) GENERAL PUBLIC LICENSE/im],
  ["GPL", /^\s*GNU GENERAL PUBLIC LICENSE/im],
  ["MPL-2.0", /Mozilla Public License,? version 2\.0/i],
  ["Apache-2.0", /Apache License,?\s+Version 2\.0/i],
  ["MIT", /Permission is hereby granted, free of charge, to any person obtaining/i],
  ["ISC", /Permission to use, copy, modify, and(\/or)? distribute this software/i],
  ["BSD-3-Clause", /Redistribution and use in source and binary forms[\s\S]*neither the name/i],
  ["BSD-2-Clause", /Redistribution and use in source and binary forms/i],
  ["Unlicense", /This is free and unencumbered software released into the public domain/i],
];

/** By what a licence is known in Debian's copyright files. */
const DEBIAN_WORDS: Record<string, RegExp> = {
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

const read = (...path: string[]) => readFileSync(join(...path), "utf8");
const rows = tableOf(read(repoDir, "docs/architecture.md"));
const rowsFrom = (from: string) => rows.filter((one) => one.from === from);

describe.each<Program>(["alloy", "pulumi", "victoria-logs", "actionlint"])("%s", (name) => {
  let modules: string;
  beforeAll(async () => {
    modules = join(dirname(dirname(await program(name))), LICENCES);
  });

  test("is in the table with its version and the licence of its module", () => {
    const { path, version } = mainModule(read(repoDir, "lab", folderOf(name), "go.mod"));
    const own = [`${path}@${version}`, "alloy"].map((one) => join(modules, one)).find(existsSync);
    const licence = licencesIn(own ?? modules).join(", ");
    expect(rowsFrom(`Go module \`${path}\``)).toMatchObject([{ version, licence }]);
  });

  test("is made of modules under open-source licences", () => {
    // A module that was replaced by a folder has no version in its path.
    const folders = [...globSync("**/*@*", { cwd: modules }), "alloy"].filter((folder) =>
      existsSync(join(modules, folder)),
    );
    expect(folders.length).toBeGreaterThan(5);
    const others = folders.filter((folder) => {
      const licences = licencesIn(join(modules, folder));
      const open = licences.length > 0 && licences.every((one) => OPEN_SOURCE.includes(one));
      return !open && !((folder.split("@")[0] ?? "") in STATED_ELSEWHERE);
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
    const names = Object.keys(copyrights);
    expect(names.filter((name) => licenceOf(copyrights[name] ?? "") === "AGPL-3.0")).toEqual([]);
  });

  test("each that is installed or unpacked by name is in the table", () => {
    const lists = ["lab", "test", "bench"]
      .flatMap(sourcesBelow)
      .flatMap((text) => [...text.matchAll(/\bpackages(?:: | = )\[((?:"[^"]+"(?:, )?)+)\]/g)]);
    const wanted = lists.flatMap(([, list = ""]) => list.match(/[^", ]+/g) ?? []);
    expect(rowsFrom("Debian").flatMap(partsOf).sort()).toEqual([...new Set(wanted)].sort());
  });

  test.each(rowsFrom("Debian"))("are under $licence: $part", (one) => {
    const texts = partsOf(one).flatMap((name) => {
      const installed = join("/usr/share/doc", name, "copyright");
      return copyrights[name] ?? (existsSync(installed) ? read(installed) : []);
    });
    expect(texts.length).toBeGreaterThan(0);
    for (const text of texts) expect(text).toMatch(DEBIAN_WORDS[one.licence] ?? one.licence);
  });
});

describe("npm's packages", () => {
  test("all are under open-source licences", () => {
    const others = Object.entries(lock.packages as Record<string, { license?: string }>)
      .filter(([path]) => path !== "" && !(path in STATED_ELSEWHERE))
      .filter(([path, { license }]) => {
        const stated = [license ?? manifest(path)?.license, licenceText(path)];
        return !stated.some(isOpen);
      });
    expect(others).toEqual([]);
  });

  test("each that the lab imports is in the table, with its version and licence", () => {
    const imported = sourcesBelow("lab").flatMap((text) => [
      ...text.matchAll(/ from "((?:@[^"/]+\/)?[^".@/][^"/]*)/g),
    ]);
    const names = imported.map(([, name = ""]) => name).filter((name) => !name.startsWith("node:"));
    const wanted = [...new Set([...names, "node"])].sort().map((name) => {
      const { version, license = licenceText(`node_modules/${name}`) } =
        manifest(`node_modules/${name}`) ?? {};
      return {
        part: `\`${name}\``,
        version: version?.replace(/^v/, ""),
        licence: license,
        from: "npm",
      };
    });
    expect(rowsFrom("npm")).toEqual(wanted);
  });
});

interface Row {
  part: string;
  version: string;
  licence: string;
  from: string;
}

function tableOf(text: string): Row[] {
  const table = text.split("| Part | Version | Licence | From |\n|---|---|---|---|\n")[1] ?? "";
  const lines = (table.split("\n\n")[0] ?? "").split("\n");
  return lines.map((line) => {
    const [part = "", version = "", licence = "", from = ""] = line.slice(2, -2).split(" | ");
    return { part, version, licence, from };
  });
}

const partsOf = ({ part }: Row) => part.match(/[^`, ]+/g) ?? [];

/** The licence of a text, by its SPDX name (`GPL` and `LGPL` whatever their version). */
const licenceOf = (text: string) => TEXTS.find(([, words]) => words.test(text))?.[0];

/** The licences of the texts in a folder, each once. */
function licencesIn(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  const texts = names.filter((entry) => entry.isFile());
  const found = texts.flatMap((entry) => licenceOf(read(entry.parentPath, entry.name)) ?? []);
  return [...new Set(found)].sort();
}

function copyrightsIn(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, "copyright")));
  // PostgreSQL's server has its version in its name.
  const texts = names.map((name) => [
    name.replace(/^(postgresql)-\d+$/, "$1"),
    read(folder, name, "copyright"),
  ]);
  return Object.fromEntries(texts);
}

function sourcesBelow(folder: string): string[] {
  return globSync("**/*.ts", { cwd: join(repoDir, folder) }).map((name) =>
    read(repoDir, folder, name),
  );
}

function manifest(path: string): { version: string; license?: string } | undefined {
  const file = join(repoDir, path, "package.json");
  return existsSync(file) ? JSON.parse(read(file)) : undefined;
}

function licenceText(path: string): string | undefined {
  const files = ["LICENSE", "LICENSE.md", "LICENSE.txt"].map((name) => join(repoDir, path, name));
  const file = files.find(existsSync);
  return file && licenceOf(read(file));
}

/** `MIT OR Apache-2.0` is open if one is, `(BSD-3-Clause AND Apache-2.0)` if both are. */
function isOpen(licence: string | undefined): boolean {
  const choices = licence?.replaceAll(/[()]/g, "").split(" OR ") ?? [];
  return choices.some((one) => one.split(" AND ").every((part) => OPEN_SOURCE.includes(part)));
}
