import { readdirSync, readFileSync } from "node:fs";
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

/** Words by which a licence's text is known, the longest names first. */
const KNOWN: [string, RegExp][] = [
  ["AGPL-3.0", /^\s*GNU AFFERO GENERAL PUBLIC LICENSE/im],
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

/** The licence of a text, by its SPDX name (`GPL` and `LGPL` whatever their version), or undefined. */
export function licenceOf(text: string): string | undefined {
  return KNOWN.find(([, words]) => words.test(text))?.[0];
}

/** The licences of the texts in a folder, each once. */
export function licencesIn(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  const texts = names
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
  return [...new Set(texts.flatMap((text) => licenceOf(text) ?? []))].sort();
}

/** The short names that a Debian copyright file gives in its fields `License:`. */
export function debianLicences(copyright: string): string[] {
  const names = [...copyright.matchAll(/^License: *(\S.*)$/gm)].map(([, name = ""]) => name.trim());
  return [...new Set(names)].sort();
}
