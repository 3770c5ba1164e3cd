import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inNamespace } from "../../lab/check/namespace.ts";
import { PUBLISHED_IMAGES } from "../../lab/images/published.ts";
import { labImages } from "../../lab/images.ts";
import { repoDir } from "../../lab/paths.ts";
import { serverPath } from "../../lab/processes.ts";
import { pulumiEngine } from "../../lab/pulumi.ts";
import { emptyLab, type TestLab } from "./support/lab.ts";
import { simulatedDockerHub } from "./support/registry.ts";

/** Images of the agent, which have other digests here than where they are published. */
const AGENT_IMAGES = {
  alloy: "docker.io/grafana/alloy:v1.16.0",
  init: "docker.io/library/busybox:1.37.0-glibc",
  socketProxy: "docker.io/linuxserver/socket-proxy:3.2.14",
};

/** What a machine that pulls its images is not asked for. */
const NOT_NEEDED = ["go", "gcc", "cc", "apt-get"];

let lab: TestLab;
let folder: string;

beforeAll(async () => {
  lab = await emptyLab();
  folder = await mkdtemp(join(tmpdir(), "pulled-"));
});

afterAll(async () => {
  await lab.close();
  await rm(folder, { recursive: true });
});

test("where images can be pulled and Pulumi is on PATH, make up asks for neither Go nor a compiler", async () => {
  const hub = await simulatedDockerHub(join(folder, "hub"));
  const built = await labImages(lab.docker);
  const named = { ...PUBLISHED_IMAGES, ...AGENT_IMAGES };
  const roles = Object.keys(named) as (keyof typeof named)[];
  const digests = await hub.fill(
    lab.docker,
    Object.fromEntries(roles.map((role) => [named[role], built[role]])),
  );
  const agent = Object.entries(AGENT_IMAGES).map(([role, name]) => [
    role,
    `${name}@${digests[name]}`,
  ]);

  // No network but loopback: what is not on this machine comes from the simulated Docker Hub or not at all.
  const up = [process.execPath, "--import", "tsx", "lab/main.ts", "up"];
  const [command, args] = inNamespace(hub.before(up));
  const { all, exitCode } = await execa(command, args, {
    cwd: repoDir,
    all: true,
    reject: false,
    env: {
      PATH: `${await pathWith(join(folder, "bin"))}:${serverPath()}`,
      XDG_CACHE_HOME: join(folder, "cache"),
      LAB_DIR: join(folder, "lab"),
      ...hub.env,
      LAB_AGENT_IMAGES: JSON.stringify(Object.fromEntries(agent)),
    },
  });
  expect(await asked(), all).toEqual([]);
  expect(exitCode, all).toBe(0);
  expect(all).toContain("pulling 7 images");
  expect(all).not.toContain("building");
  expect(all).toMatch(/^metrics integrations\/node_exporter +\d+ series/m);
  expect(all).toMatch(/^logs docker +\d+ lines/m);
  expect(all).toMatch(/^Dashboards +http:\/\/127\.0\.0\.1:\d+\/ /m);
});

/** A folder with the Pulumi CLI, and with programs in the place of those not needed that note their names. */
async function pathWith(bin: string): Promise<string> {
  await mkdir(bin);
  const pulumi = (await pulumiEngine()).command.command;
  await symlink(pulumi, join(bin, "pulumi"));
  for (const name of NOT_NEEDED) {
    await writeFile(join(bin, name), `#!/bin/sh\necho "$0 $*" >>${folder}/asked\nexit 1\n`);
    await chmod(join(bin, name), 0o755);
  }
  return dirname(join(bin, "pulumi"));
}

async function asked(): Promise<string[]> {
  const text = await readFile(join(folder, "asked"), "utf8").catch((error) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  return text.split("\n").filter(Boolean);
}
