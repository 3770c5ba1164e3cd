import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { program } from "../../lab/programs.ts";
import { stackFile } from "../../lab/stack-file.ts";
import { alloyBundle } from "../../pipelines/alloy-bundle.ts";
import { pipelineDirectory, pipelineFiles } from "../../pipelines/pipeline-files.ts";
import { pipelineNames } from "../../telemetry/names.ts";
import { facts } from "./support/facts.ts";

type PipelineName = (typeof pipelineNames)[number];

let alloy: string;
let work: string;

beforeAll(async () => {
  alloy = await program("alloy");
  work = await mkdtemp(join(tmpdir(), "bundles-"));
});

afterAll(() => rm(work, { recursive: true }));

/** Writes a set of files as it is installed on a host. */
async function install(name: string, files: Record<string, string>): Promise<string> {
  const directory = join(work, name);
  await mkdir(directory);
  for (const [file, text] of Object.entries(files)) await writeFile(join(directory, file), text);
  return `${directory}/`;
}

/** What Alloy says: nothing with code 0 is well. */
async function said(...args: string[]) {
  const { exitCode, stderr } = await execa(alloy, args, { reject: false });
  return { exitCode, stderr };
}

const WELL = { exitCode: 0, stderr: "" };

/** Beside the pipelines that a stack can list: where they all end, and two ways to ask GitHub. */
const others = ["sinks", "github-token", "github-app"];

test("there is a file for each pipeline, for the sinks and for two ways to ask GitHub, and no other", async () => {
  const files = (await readdir(pipelineDirectory)).filter((name) => name.endsWith(".alloy"));
  expect(files.sort()).toEqual([...pipelineNames, ...others].map((name) => `${name}.alloy`).sort());
});

test.each([...pipelineNames, ...others])("%s.alloy is formatted", async (name) => {
  expect(await said("fmt", "--test", join(pipelineDirectory, `${name}.alloy`))).toEqual(WELL);
});

test("the generated file is formatted", async () => {
  const { files } = alloyBundle(pipelineFiles(pipelineDirectory, ["host"]), facts);
  const directory = await install("generated", files);
  expect(await said("fmt", "--test", join(directory, "host-facts.alloy"))).toEqual(WELL);
});

describe("alloy validate", () => {
  const listed = ["svlnas", "svlazext", "local"].map(
    (stack) => [stack, stackFile(stack).pipelines as PipelineName[]] as const,
  );
  const alone = pipelineNames.map((name) => [`${name} alone`, [name]] as const);

  test.each([...alone, ...listed])("%s, with the sinks", async (name, pipelines) => {
    const { files } = alloyBundle(pipelineFiles(pipelineDirectory, [...pipelines]), facts);
    expect(await said("validate", await install(name, files))).toEqual(WELL);
  });

  test("github with a GitHub App in place of a token", async () => {
    const chosen = pipelineFiles(pipelineDirectory, ["github"], { githubApp: true });
    expect(Object.keys(chosen)).toEqual(["sinks.alloy", "github.alloy", "github-app.alloy"]);
    const { files } = alloyBundle(chosen, facts);
    expect(await said("validate", await install("github-app", files))).toEqual(WELL);
  });

  test("refuses a pipeline that names what is not there", async () => {
    const { files } = alloyBundle(pipelineFiles(pipelineDirectory, ["host"]), facts);
    const { exitCode, stderr } = await said(
      "validate",
      await install("broken", { ...files, "sinks.alloy": "" }),
    );
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('component "prometheus.remote_write.grafana_cloud.receiver" does not');
  });
});
