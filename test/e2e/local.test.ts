import { cp, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lookOnHost } from "../../cli/deploy/on-host.ts";
import { targetOf } from "../../cli/verify/outputs.ts";
import { failed } from "../../cli/verify/result.ts";
import { verify } from "../../cli/verify/run.ts";
import { scriptOutput } from "../../host-shell/run.ts";
import { routeTo } from "../../host-shell/ssh.ts";
import { sentSince } from "../../lab/fresh-data.ts";
import { outputsOf, type StackSettings } from "../../lab/stack.ts";
import { joinFrontend } from "../../lab/world.ts";
import { pipelineDirectory } from "../../pipelines/pipeline-files.ts";
import { loadedComponents } from "./support/agent.ts";
import {
  emptyLab,
  expectNothingLeft,
  removeTraefik,
  settingsOf,
  type TestLab,
} from "./support/lab.ts";
import { expectNoSecret, recordedUp } from "./support/recorded-up.ts";
import { expectService, inspectService } from "./support/service.ts";

/** The local stack on the real engine, through its socket. */
let lab: TestLab;
let settings: StackSettings;
let stack: Stack;
let directory: string;
let recorded: Awaited<ReturnType<typeof recordedUp>>;

beforeAll(async () => {
  lab = await emptyLab();
  settings = await settingsOf(lab, "local");
  directory = (settings.host as { directory: string }).directory;
  stack = await lab.stack("local", settings);
});
afterAll(() => lab.close());

/** How many resources the stack has. */
const all = () => 32;
const up = async (other: StackSettings = settings) =>
  (await (await lab.stack("local", other)).up()).summary.resourceChanges;
const agent = async () => {
  const { Id, State } = (await inspectService(lab)).alloy;
  return { id: Id, started: State.StartedAt };
};
const currentVersion = () => readlink(join(directory, "config", "current"));
const sent = () => sentSince({ docker: lab.client, world: lab.world, host: "local" }, Date.now());

test("deploys", async () => {
  recorded = await recordedUp(stack);
  expect(recorded.changes).toEqual({ create: all() });
  const { configVersion } = await outputsOf(stack);
  expect(await currentVersion()).toBe(`versions/${configVersion}`);
  await joinFrontend(lab.docker);
});

test("runs the three containers as docs/service.md describes them", () =>
  expectService(lab, {
    name: "local",
    directory,
    externalNetworks: ["immich-backend", "outline-backend"],
  }));

test("gives the state to Alloy's user and the secrets to it alone", async () => {
  const owner = async (path: string) => {
    const { uid, gid, mode } = await stat(join(directory, path));
    return [uid, gid, (mode & 0o7777).toString(8)];
  };
  expect((await owner("data")).slice(0, 2)).toEqual([3125, 3125]);
  const secrets = ["metrics-password", "logs-password", "github-token"];
  for (const name of secrets) expect(await owner(`secrets/${name}`)).toEqual([3125, 3125, "400"]);
  expect((await readdir(join(directory, "secrets"))).sort()).toEqual(secrets.sort());
});

test("changes nothing the second time, nor after a refresh", async () => {
  expect(await up()).toEqual({ same: all() });
  await stack.refresh();
  expect(await up()).toEqual({ same: all() });
});

test("is proven by verify, but for GitHub, which is polled every ten minutes", async () => {
  const { facts, sinks } = targetOf("local", await outputsOf(stack));
  const pipelines = facts.pipelines.filter((name) => name !== "github");
  const own = { ...facts, pipelines };
  // As `npm run deploy` does it.
  const { dockerSocket } = settings.host as { dockerSocket: string };
  const host = await lookOnHost(own, routeTo({ type: "local", dockerSocket }), scriptOutput);
  expect(Object.keys(host.caused)).toEqual(["containers", "journal"]);
  expect(host.running).toContainEqual(
    expect.objectContaining({ name: "alloy", driver: "json-file", log: "lines" }),
  );
  const results = await verify(sinks, own, { timeoutSeconds: 240, host });
  expect(results.filter(failed)).toEqual([]);
  expect(results.length).toBeGreaterThan(15);
});

test("has sent something since, as `make up` sees; once the agent has ended, nothing is well", async () => {
  await sent();
  const container = lab.client.getContainer("alloy");
  await container.stop();
  try {
    await expect(sent()).rejects.toThrow(/^alloy ended with 0\. Its last lines:\n.*msg=/s);
    const { facts, sinks } = targetOf("local", await outputsOf(stack));
    const pipelines: typeof facts.pipelines = ["host", "self"];
    const results = await verify(sinks, { ...facts, pipelines }, { timeoutSeconds: 20 });
    expect(results.slice(0, 2).map(({ signal, state }) => [signal, state])).toEqual([
      ["host", "stale"],
      ["self", "stale"],
    ]);
  } finally {
    await container.start();
  }
});

test("loads another choice of pipelines into the running agent", async () => {
  const before = await agent();
  const pipelines = (settings.pipelines as string[]).filter((name) => name !== "traefik");
  expect(await up({ ...settings, pipelines })).toEqual({ same: all() - 1, replace: 1 });
  expect(await agent()).toEqual(before);
  expect(await readdir(join(directory, "config", "versions"))).toHaveLength(1);
  expect(await loadedComponents(lab)).not.toContain("prometheus.scrape.traefik");
  await up();
  expect(await loadedComponents(lab)).toContain("prometheus.scrape.traefik");
});

/** A pipeline that validates but can't be loaded. */
const notLoaded = 'local.file "broken" {\n\tfilename = "/etc/alloy/absent"\n}\n';

/** A copy of the pipelines with another text of one. */
async function pipelinesWith(text: string): Promise<string> {
  const pipelines = await mkdtemp(join(tmpdir(), "pipelines-"));
  await cp(pipelineDirectory, pipelines, { recursive: true });
  await writeFile(join(pipelines, "self.alloy"), text);
  return pipelines;
}

test.each([
  {
    kind: "a file that does not validate",
    text: 'prometheus.scrape "broken" { targets = nonsense.value }\n',
    says: "The configuration is invalid, see above.",
  },
  {
    kind: "a file that validates but can't be loaded",
    text: notLoaded,
    says: "Alloy refused version",
  },
])("refuses $kind and leaves the agent as it is", async ({ text, says }) => {
  const before = [await agent(), await currentVersion()];
  const pipelines = await pipelinesWith(text);
  await expect((await lab.stack("local", settings, pipelines)).up()).rejects.toThrow(says);
  await rm(pipelines, { recursive: true });
  expect([await agent(), await currentVersion()]).toEqual(before);
  expect(await readdir(join(directory, "config", "versions"))).toHaveLength(1);
  expect(await loadedComponents(lab)).toContain("prometheus.scrape.self");
  // What failed is done again: after a lost connection nobody knows what the host has.
  expect(await up()).toEqual({ same: all() - 1, replace: 1 });
});

test("an image and pipelines that are changed together are tried beside the agent first", async () => {
  const images = { ...(settings.images as object), alloy: await otherImage() };
  const before = [await agent(), await currentVersion()];
  const pipelines = await pipelinesWith(notLoaded);
  const pair = (await lab.stack("local", { ...settings, images }, pipelines)).up();
  await expect(pair).rejects.toThrow(
    /does not run version \w+, see its log above\. The agent stays/,
  );
  await rm(pipelines, { recursive: true });
  expect([await agent(), await currentVersion()]).toEqual(before);
  await up({ ...settings, images });
  expect((await inspectService(lab)).alloy.Image).toBe(images.alloy);
  await up();
});

/** The agent's image under another id. */
async function otherImage(): Promise<string> {
  const { Image } = (await inspectService(lab)).alloy;
  const container = await lab.client.createContainer({ Image });
  const { Id } = await container.commit({ changes: "LABEL other=true" });
  await container.remove();
  return Id;
}

test("takes a rotated secret without touching the container", async () => {
  const before = await agent();
  const githubToken = lab.world.github.nextToken;
  expect(await up({ ...settings, githubToken })).toEqual({ same: all() - 1, update: 1 });
  expect(await readFile(join(directory, "secrets/github-token"), "utf8")).toBe(githubToken);
  expect(await agent()).toEqual(before);
  await up();
});

test("replaces the container where only that helps, and keeps the state", async () => {
  const before = await agent();
  const seed = () => readFile(join(directory, "data/data/alloy_seed.json"), "utf8");
  const kept = await seed();
  // Labels of a container can't be changed.
  await up({ ...settings, ingress: { domain: "example.org" } });
  const { alloy } = await inspectService(lab);
  expect(alloy.Id).not.toBe(before.id);
  expect(alloy.HostConfig.PidsLimit).toBe(200);
  expect(await seed()).toBe(kept);
  await up();
});

test("shows no secret: inspect, process list, engine's output, state file", async () => {
  expect(recorded.commandLines).toContain("docker run");
  const { metrics, logs, github } = lab.world;
  await expectNoSecret(lab, recorded, [metrics.password, logs.password, github.token]);
});

test("is destroyed without a rest but the state", async () => {
  await removeTraefik(lab);
  await stack.destroy();
  await expectNothingLeft(lab);
  expect(await readdir(directory)).toEqual(["data"]);
  expect(await readdir(join(directory, "data"))).toEqual(["data"]);
});
