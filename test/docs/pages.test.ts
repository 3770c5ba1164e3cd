import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { repoDir } from "../../lab/paths.ts";
import { pipelineNames } from "../../telemetry/names.ts";

const pagesIn = (directory: string) =>
  readdirSync(join(repoDir, directory))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(directory, name));
const pages = [...pagesIn("."), ...pagesIn("docs")];
const read = (path: string) => readFileSync(join(repoDir, path), "utf8");

/** Anchors as GitHub makes them of a page's headings. */
function anchors(page: string): string[] {
  const headings = [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, text = ""]) => text);
  return headings.map((text) =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** Why a relative link leads nowhere; nothing if it leads somewhere. */
function broken(page: string, link: string): string | undefined {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : relative(repoDir, join(repoDir, dirname(page), path));
  if (!existsSync(join(repoDir, target))) return `${link}: no such file`;
  if (anchor && !anchors(target).includes(anchor)) return `${link}: no such heading`;
  return undefined;
}

test.each(pages)("links of %s lead somewhere", (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(
    ([, link = ""]) => link,
  );
  expect(links.map((link) => broken(page, link)).filter(Boolean)).toEqual([]);
});

test("README has a row for each pipeline", () => {
  const section = read("README.md").split("\n## What it collects\n")[1]?.split("\n## ")[0] ?? "";
  const rows = [...section.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name);
  expect(rows).toEqual([...pipelineNames]);
});

test("the index names every page", () => {
  const index = read("docs/README.md");
  const missing = pagesIn("docs").filter((page) => !index.includes(`](${relative("docs", page)})`));
  expect(missing).toEqual(["docs/README.md"]);
});

describe.each(["docs/security.md", "docs/service.md"])("a claim of %s", (page) => {
  const rows = read(page)
    .split("\n")
    .filter((line) => /^\| (?!Who|What \||-)/.test(line));
  const claims = rows.flatMap((row) => {
    const [tests = ""] = /[^|]+(?= \|$)/.exec(row) ?? [];
    const named = [...tests.matchAll(/`([\w/-]+)`: (.+?)(?=; `[\w-]+\/|$)/g)];
    return named.length > 0 ? named.map(([, file, title]) => [file, title]) : [[row, ""]];
  });

  test.each(claims)("names a test of %s: %s", (file, title) => {
    const paths = [`test/${file}.test.ts`, `test/${file}.ts`];
    const path = paths.find((one) => existsSync(join(repoDir, one))) ?? "";
    expect(path && read(path)).toContain(`"${title}"`);
  });
});
