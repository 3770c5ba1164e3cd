import { describe, expect, test } from "vitest";
import { plain } from "../../support/commands.ts";
import { type GoldenResource, goldenOf, readGolden, writeGolden } from "../../support/golden.ts";
import { stackRun } from "../../support/stack-runs.ts";

const byName = (resources: GoldenResource[]) =>
  new Map(resources.map((resource) => [resource.name, resource]));

// Everything that a stack registers, down to the last input, in test/golden/<stack>.json. After a change
// that is meant: UPDATE_GOLDEN=1 npm test -- --project unit, then read the difference in git.
describe.each(["svlnas", "svlazext"] as const)("test/golden/%s.json", (stack) => {
  test("is what the program registers", async () => {
    const actual = goldenOf(await stackRun(stack));
    if (process.env.UPDATE_GOLDEN) writeGolden(stack, actual);
    const golden = readGolden(stack);
    const hint = "UPDATE_GOLDEN=1 npm test -- --project unit, if that is meant";
    expect
      .soft(
        actual.map(({ name }) => name),
        hint,
      )
      .toEqual(golden.map(({ name }) => name));
    const expected = byName(golden);
    for (const resource of actual) {
      const { name } = resource;
      if (expected.has(name)) expect.soft(resource, `${name}: ${hint}`).toEqual(expected.get(name));
    }
  });

  test("has each name once, no secret in plain, and nothing of this machine", () => {
    const golden = readGolden(stack);
    expect(byName(golden).size).toBe(golden.length);
    expect(JSON.stringify(plain(golden))).not.toMatch(/glc_|github_pat_/);
    expect(JSON.stringify(golden)).not.toContain(process.cwd());
  });
});
