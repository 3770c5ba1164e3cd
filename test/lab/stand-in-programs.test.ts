import { builtinModules } from "node:module";
import { expect, test } from "vitest";
import { standInPrograms } from "../../lab/stand-ins/bundle.ts";

test("each stand-in's program needs Node alone", async () => {
  const programs = Object.values(await standInPrograms());
  expect(programs).toHaveLength(3);
  for (const { content = "" } of programs) {
    const asked = [...content.matchAll(/^import .*from "([^"]+)";$/gm)].map(
      ([, from = ""]) => from,
    );
    expect(asked).toContain("node:http");
    expect(builtinModules).toEqual(
      expect.arrayContaining(asked.map((from) => from.replace("node:", ""))),
    );
  }
});
