import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import britishEnglish from "dictionary-en-gb";
import remarkParse from "remark-parse";
import remarkRetext from "remark-retext";
import retextContractions from "retext-contractions";
import retextEnglish from "retext-english";
import retextIndefiniteArticle from "retext-indefinite-article";
import retextRepeatedWords from "retext-repeated-words";
import retextSpell from "retext-spell";
import { type Processor, unified } from "unified";
import { VFile } from "vfile";
import { expect, test } from "vitest";
import { repoDir } from "../../lab/paths.ts";
import { sentences } from "./support/sentences.ts";

const read = (path: string) => readFileSync(join(repoDir, path), "utf8");
const own = read("test/docs/dictionary.txt");
const pages = globSync(["*.md", "docs/*.md"], { cwd: repoDir });
const sources = globSync(
  [
    "index.ts",
    "{checks,cli,components,config,grafana,host-shell,pipelines,policy,repository,telemetry}/**/*.ts",
  ],
  { cwd: repoDir },
);

const english = unified()
  .use(retextEnglish)
  .use(retextSpell, { dictionary: britishEnglish, personal: own, max: 1 })
  .use(retextIndefiniteArticle)
  .use(retextContractions, { straight: true })
  .use(retextRepeatedWords)
  .freeze();
/** A table is read as a paragraph: remark-retext leaves out what remark-gfm makes of it. */
const markdown = unified()
  .use(remarkParse)
  .use(remarkRetext, english as never);

/** What is wrong in a text. Not looked at: names with a sign, a digit or a capital inside, and placeholders such as NAME. */
async function faults(text: string, reader: Pick<Processor, "parse" | "run">): Promise<string[]> {
  const file = new VFile(text);
  await reader.run(reader.parse(file), file);
  return file.messages
    .filter(
      ({ actual, reason }) => actual && !/`[^`]*([\d_.:@]|[a-z][A-Z])|`[A-Z]{4,}`/.test(reason),
    )
    .map(({ line, reason }) => `${line}: ${reason}`);
}

test("what is wrong is found, in tables too; code is left out", async () => {
  const page = [
    "The agnet reads the the file.",
    "",
    "| It dont |",
    "| --- |",
    "| write an file, `exmaple` |",
  ];
  expect(await faults(page.join("\n"), markdown)).toEqual([
    "1: Unexpected unknown word `agnet`, expected for example `agent`, `magnet`, `Agnes`, `Agnew`",
    "3: Unexpected unknown word `dont`",
    "5: Unexpected article `an` before `file`, expected `a`",
    "3: Unexpected missing apostrophe in `dont`, expected `don't`",
    "1: Unexpected repeated `the`, remove one occurrence",
  ]);
});

test.each(pages)("%s is spelt right", async (page) => {
  expect(await faults(read(page), markdown)).toEqual([]);
});

test("so is each sentence in the code", async () => {
  const found = sources.flatMap((path) =>
    sentences(join(repoDir, path)).map((text) => ({ path, text })),
  );
  const wrong = await Promise.all(
    found.map(async ({ path, text }) =>
      (await faults(text, english)).map((fault) => `${path}: ${fault}: ${text}`),
    ),
  );
  expect(wrong.flat()).toEqual([]);
});
