import { expect, test } from "vitest";
import { packagesOf } from "../../../bench/compare/program-start.ts";

test("the packages of a program are those that it imports for more than types", () => {
  const sources = [
    'import { readFileSync } from "node:fs";\nimport * as docker from "@pulumi/docker";\nimport type { Rest } from "rest";\n',
    'import * as pulumi from "@pulumi/pulumi";\nimport {\n  z,\n} from "zod";\nimport { a } from "./a.ts";\n',
    'export { z } from "zod";\nconst lazy = await import("@pulumi/github");\n',
  ];
  expect(packagesOf(sources)).toEqual(["@pulumi/docker", "zod"]);
});
