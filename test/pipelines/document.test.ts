import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { beforeAll, expect, test } from "vitest";
import { documentEnv } from "../../bench/footprint/containers.ts";
import { repoDir } from "../../lab/paths.ts";
import { program } from "../../lab/programs.ts";

const file = join(repoDir, "bench/footprint/document.alloy");
const sink = { pushUrl: "http://sink.example/push", queryUrl: "", username: "1", password: "p" };
const github = { url: "http://github.example", token: "t", nextToken: "", callsUrl: "" };
const env = Object.fromEntries(
  documentEnv({ metrics: sink, logs: sink, github }).map((line) => line.split(/=(.*)/s, 2)),
);

let alloy: string;

beforeAll(async () => {
  alloy = await program("alloy");
});

test.each([
  ["is formatted", ["fmt", "--test"]],
  ["validates", ["validate"]],
])("the document's configuration %s", async (_, args) => {
  const { exitCode, stderr } = await execa(alloy, [...args, file], { env, reject: false });
  expect([exitCode, stderr]).toEqual([0, ""]);
});

test("it reads the variables that the benchmark sets, and no others", () => {
  const read = readFileSync(file, "utf8").matchAll(/sys\.env\("(\w+)"\)/g);
  expect([...new Set([...read].map(([, name]) => name))].sort()).toEqual(Object.keys(env).sort());
});
