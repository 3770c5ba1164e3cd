import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RE2JS } from "re2js";
import { expect, test } from "vitest";
import { repoDir } from "../../lab/paths.ts";
import renovate from "../../renovate.json" with { type: "json" };

// Renovate finds versions in files that it does not know with regular expressions, in the language of RE2.

const tracked = execFileSync("git", ["ls-files"], { cwd: repoDir, encoding: "utf8" });
const files = tracked.split("\n").filter((name) => name && !name.startsWith("test/"));
const textOf = (file: string) => readFileSync(join(repoDir, file), "utf8");

interface Found {
  file: string;
  datasource: string;
  depName: string;
  /** What stands in the file: version, and digest if there is one. */
  value: string;
  start: number;
  end: number;
}

function group(matcher: ReturnType<RE2JS["matcher"]>, name: string): string | null {
  try {
    return matcher.group(name);
  } catch {
    return null;
  }
}

function found(file: string): Found[] {
  return renovate.customManagers.flatMap((manager) => {
    const patterns = manager.managerFilePatterns.map((each) => RE2JS.compile(each.slice(1, -1)));
    if (!patterns.some((pattern) => pattern.matcher(file).find())) return [];
    return manager.matchStrings.flatMap((expression) => {
      const matcher = RE2JS.compile(expression).matcher(textOf(file));
      const all: Found[] = [];
      while (matcher.find()) {
        const digest = group(matcher, "currentDigest");
        all.push({
          file,
          datasource: manager.datasourceTemplate,
          depName: group(matcher, "depName") ?? manager.depNameTemplate ?? "",
          value: [group(matcher, "currentValue"), digest].filter(Boolean).join("@"),
          start: matcher.start(),
          end: matcher.end(),
        });
      }
      return all;
    });
  });
}

const all = files.flatMap(found);

/** Where a version is pinned, seen without Renovate's expressions. */
const pins: [what: string, where: RegExp, pin: RegExp][] = [
  ["an image by its digest", /^(?!docs\/|.*\.test\.)/, /@sha256:[0-9a-f]{64}/g],
  ["an image of the lab", /^lab\/images\/published\.ts$/, /"docker\.io\/[^"]+"/g],
  ["an image in the table of settings", /^docs\/settings\.md$/, /@sha256:/g],
  ["a Go module", /^lab\/[^/]+\/go\.mod$/, /^(?:require )?\s*github\.com\/\S+ v\d\S+/gm],
  [
    "a module or package in the table of licences",
    /^docs\/architecture\.md$/,
    /\| v?\d+\.\d+\.\d+ \|/g,
  ],
  ["a Python package", /^bench\//, /\b(?:==|ansible-)\d+\.\d+\.\d+/g],
  ["a program of a script", /^\.github\/scripts\//, /@v\d+\.\d+\.\d+/g],
  ["Node of the workflows", /^\.github\//, /node-version: .+/g],
  ["the CLI of the workflows", /^\.pulumi\.version$/, /.+/g],
];

/** They go with another pin: what Alloy's syntax asks for, and the version of package.json. */
const follow = /fatih\/color|mattn\/go-|ohler55\/ojg|docker\.io\/library\/node:\$/;

test.each(pins)("%s is found by exactly one manager", (_what, where, pin) => {
  const places = files
    .filter((file) => where.test(file))
    .flatMap((file) => [...textOf(file).matchAll(pin)].map((match) => ({ file, match })))
    .filter(({ match }) => !follow.test(match[0]));
  expect(places).not.toEqual([]);
  const counts = places.map(({ file, match: { index, 0: text } }) => ({
    file,
    text,
    managers: all.filter(
      (each) => each.file === file && each.start < index + text.length && index < each.end,
    ).length,
  }));
  expect(counts.filter(({ managers }) => managers !== 1)).toEqual([]);
});

test("what is found has a name and a version each", () => {
  expect(all.filter(({ depName, value }) => !depName || !/\d/.test(value))).toEqual([]);
});

test("the socket proxy's tags are versions", () => {
  const [, expression = ""] =
    /^regex:(.+)$/.exec(
      renovate.packageRules.find(({ versioning }) => versioning)?.versioning ?? "",
    ) ?? [];
  const proxy = all.find(
    ({ depName, value }) => /socket-proxy/.test(depName) && value.includes("@"),
  );
  const matcher = RE2JS.compile(expression).matcher(proxy?.value.split("@")[0] ?? "");
  expect(matcher.find()).toBe(true);
});
