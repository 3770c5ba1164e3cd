import { cp, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { targetOf } from "../../cli/verify/outputs.ts";
import { failed } from "../../cli/verify/result.ts";
import { verify } from "../../cli/verify/run.ts";
import { queryLogs, queryMetrics } from "../../cli/verify/sink-queries.ts";
import { outputsOf, type StackSettings } from "../../lab/stack.ts";
import { joinFrontend } from "../../lab/world.ts";
import { pipelineDirectory } from "../../pipelines/pipeline-files.ts";
import { arrived } from "../support/arrived.ts";
import {
  emptyLab,
  imageResources,
  removeTraefik,
  runIn,
  settingsOf,
  stateFile,
  type TestLab,
} from "./support/lab.ts";
import { ProcessWatch } from "./support/process-watch.ts";
import { expectService, inspectService } from "./support/service.ts";

let lab: TestLab;
let settings: StackSettings;
let stack: Stack;
let directory: string;
/** Everything that the engine printed in all updates. */
let output = "";
let commandLines = "";
/** Seconds since 1970: what is older in the sinks is an earlier deployment's. */
let deployedAt = 0;
const onOutput = (text: string) => {
  output += text;
};

beforeAll(async () => {
  lab = await emptyLab();
  settings = await settingsOf(lab, "local");
  directory = (settings.host as { directory: string }).directory;
  stack = await lab.stack("local", settings);
});

afterAll(async () => {
  await lab.close();
});

/** How many resources the stack has. */
const all = () => 28 + imageResources(lab);

const secrets = () => [lab.world.metrics.password, lab.world.logs.password, lab.world.github.token];

function expectNoSecret(where: string, text: string): void {
  for (const secret of secrets()) {
    for (const form of [secret, Buffer.from(secret).toString("base64").replace(/=+$/, "")]) {
      expect(text.includes(form), `${where} holds a secret`).toBe(false);
    }
  }
}

const currentVersion = () => readlink(join(directory, "config", "current"));

describe("the local stack on the real engine", () => {
  test("previews without touching the host", async () => {
    const { changeSummary } = await stack.preview({ onOutput });
    expect(changeSummary).toEqual({ create: all() });
    expect(await lab.client.listContainers({ all: true, filters: { name: ["^/alloy"] } })).toEqual(
      [],
    );
  });

  test("deploys", async () => {
    deployedAt = Math.floor(Date.now() / 1000);
    const watch = new ProcessWatch();
    const { summary, outputs } = await stack.up({ onOutput });
    commandLines = await watch.stop();
    expect(summary.resourceChanges).toEqual({ create: all() });
    expect(outputs.hostName?.value).toBe("local");
    expect(await currentVersion()).toBe(`versions/${outputs.configVersion?.value}`);
    await joinFrontend(lab.docker);
  });

  test("runs the three containers as docs/service.md describes them", () =>
    expectService(lab, {
      directory,
      dockerSocket: lab.facts.dockerSocket,
      journalGid: lab.facts.journal.gid,
      externalNetworks: ["immich-backend", "outline-backend"],
    }));

  test("has no ingress labels, but those of compose", async () => {
    const { alloy, proxy, init } = await inspectService(lab);
    for (const [container, service] of [
      [alloy, "alloy"],
      [proxy, "alloy-docker-proxy"],
      [init, "alloy-init"],
    ] as const) {
      const labels = Object.entries(container.Config.Labels).filter(
        ([name]) => name !== "maintainer",
      );
      expect(Object.fromEntries(labels)).toEqual({
        "com.docker.compose.project": "alloy",
        "com.docker.compose.service": service,
      });
    }
  });

  test("gives the state to Alloy's user and the secrets to it alone", async () => {
    const owner = async (path: string) => {
      const { uid, gid, mode } = await stat(join(directory, path));
      return [uid, gid, (mode & 0o7777).toString(8)];
    };
    expect((await owner("data")).slice(0, 2)).toEqual([3125, 3125]);
    for (const name of ["metrics-password", "logs-password", "github-token"]) {
      expect(await owner(`secrets/${name}`)).toEqual([3125, 3125, "400"]);
    }
    expect(await readFile(join(directory, "secrets/github-token"), "utf8")).toBe(
      lab.world.github.token,
    );
  });

  test("changes nothing the second time, nor after a refresh", async () => {
    expect((await stack.up({ onOutput })).summary.resourceChanges).toEqual({ same: all() });
    await stack.refresh({ onOutput });
    expect((await stack.up({ onOutput })).summary.resourceChanges).toEqual({ same: all() });
  });

  test("lets the agent read the Docker API through the proxy and change nothing", async () => {
    const ask = (path: string, ...options: string[]) =>
      runIn(lab, {
        network: "alloy-backend",
        command: [
          "wget",
          "-q",
          "-S",
          "-O",
          "-",
          ...options,
          `http://alloy-docker-proxy:2375${path}`,
        ],
      });
    expect(await ask("/containers/json")).toContain("200 OK");
    expect(await ask("/containers/alloy/stop", "--post-data=")).toContain("403");
    expect(await ask("/images/json")).toContain("403");
  });

  test("sends samples with the host's name", async () => {
    const query = `timestamp(up{job="alloy",host="local"} == 1) > ${deployedAt}`;
    const [sample] = await arrived(query, 180, () => queryMetrics(lab.world.metrics, query));
    expect(sample?.labels).toEqual({ host: "local", instance: "local", job: "alloy" });
  });

  test("sends container log lines with the labels of compose", async () => {
    const query = '{host="local",job="docker",container="lab-logger"}';
    const newLines = async () =>
      (await queryLogs(lab.world.logs, query, { limit: 1 })).filter(
        ({ time }) => time > BigInt(deployedAt) * 1_000_000_000n,
      );
    const [line] = await arrived(query, 180, newLines);
    expect(line?.labels).toMatchObject({
      compose_project: "lab",
      compose_service: "logger",
      container: "lab-logger",
      host: "local",
      job: "docker",
    });
  });

  test("is proven by verify, but for GitHub, which is polled every ten minutes", async () => {
    await joinFrontend(lab.docker);
    const { facts, sinks } = targetOf("local", await outputsOf(stack));
    const pipelines = facts.pipelines.filter((name) => name !== "github");
    const results = await verify(sinks, { ...facts, pipelines }, { timeoutSeconds: 240 });
    expect(results.filter(failed)).toEqual([]);
    expect(results.length).toBeGreaterThan(15);
  });

  test("loads another choice of pipelines into the running agent", async () => {
    const before = await inspectService(lab);
    const pipelines = (settings.pipelines as string[]).filter((name) => name !== "traefik");
    const changed = await lab.stack("local", { ...settings, pipelines });
    const { summary } = await changed.up({ onOutput });
    expect(summary.resourceChanges).toEqual({ same: all() - 1, update: 1 });
    const after = await inspectService(lab);
    expect(after.alloy.Id).toBe(before.alloy.Id);
    expect(after.alloy.State.StartedAt).toBe(before.alloy.State.StartedAt);
    expect(await readdir(join(directory, "config", "versions"))).toHaveLength(1);
    expect(await readdir(join(directory, "config", await currentVersion()))).not.toContain(
      "traefik.alloy",
    );
    expect(await loadedComponents()).not.toContain("prometheus.scrape.traefik");
    await (await lab.stack("local", settings)).up({ onOutput });
    expect(await loadedComponents()).toContain("prometheus.scrape.traefik");
  });

  test.each([
    {
      kind: "a file that does not validate",
      text: 'prometheus.scrape "broken" { targets = nonsense.value }\n',
      says: "The configuration is invalid, see above.",
    },
    {
      kind: "a file that validates but can't be loaded",
      text: 'local.file "broken" {\n\tfilename = "/etc/alloy/absent"\n}\n',
      says: "Alloy refused version",
    },
  ])("refuses $kind and leaves the agent as it is", async ({ text, says }) => {
    const before = await inspectService(lab);
    const version = await currentVersion();
    const pipelines = await mkdtemp(join(tmpdir(), "pipelines-"));
    await cp(pipelineDirectory, pipelines, { recursive: true });
    await writeFile(join(pipelines, "self.alloy"), text);
    const broken = await lab.stack("local", settings, pipelines);
    await expect(broken.up({ onOutput })).rejects.toThrow(says);
    await rm(pipelines, { recursive: true });
    const after = await inspectService(lab);
    expect(after.alloy.Id).toBe(before.alloy.Id);
    expect(after.alloy.State.StartedAt).toBe(before.alloy.State.StartedAt);
    expect(await currentVersion()).toBe(version);
    expect(await readdir(join(directory, "config", "versions"))).toEqual([
      version.replace("versions/", ""),
    ]);
    expect(await loadedComponents()).toContain("prometheus.scrape.self");
    expect((await stack.up({ onOutput })).summary.resourceChanges).toEqual({ same: all() });
  });

  test("takes a rotated secret without touching the container", async () => {
    const before = await inspectService(lab);
    const githubToken = lab.world.github.nextToken;
    const rotated = await lab.stack("local", { ...settings, githubToken });
    const { summary } = await rotated.up({ onOutput });
    // The file on the host, and the provider that checks the token.
    expect(summary.resourceChanges).toEqual({ same: all() - 2, update: 2 });
    expect(await readFile(join(directory, "secrets/github-token"), "utf8")).toBe(githubToken);
    const after = await inspectService(lab);
    expect(after.alloy.State.StartedAt).toBe(before.alloy.State.StartedAt);
    await (await lab.stack("local", settings)).up({ onOutput });
  });

  test("replaces the container where only that helps, and keeps the state", async () => {
    const before = await inspectService(lab);
    const seed = await readFile(join(directory, "data/data/alloy_seed.json"), "utf8");
    // Labels of a container can't be changed.
    const changed = await lab.stack("local", { ...settings, ingress: { domain: "example.org" } });
    await changed.up({ onOutput });
    const after = await inspectService(lab);
    expect(after.alloy.Id).not.toBe(before.alloy.Id);
    expect(after.alloy.HostConfig.PidsLimit).toBe(200);
    expect(await readFile(join(directory, "data/data/alloy_seed.json"), "utf8")).toBe(seed);
    await (await lab.stack("local", settings)).up({ onOutput });
  });

  test("shows no secret: inspect, process list, engine's output, state file", async () => {
    const { alloy, proxy, init } = await inspectService(lab);
    expectNoSecret("docker inspect", JSON.stringify([alloy, proxy, init]));
    expect(commandLines).toContain("docker run");
    expectNoSecret("the process list", commandLines);
    expect(output).toContain("alloy-files-secret-metrics-password");
    expectNoSecret("the engine's output", output);
    const state = await stateFile("local");
    expect(state).toContain("alloy-files-secret-metrics-password");
    expectNoSecret("the state file", state);
  });

  test("is destroyed without a rest but the state", async () => {
    await removeTraefik(lab);
    await stack.destroy();
    const names = { name: ["^/alloy", "^alloy-"] };
    expect(await lab.client.listContainers({ all: true, filters: names })).toEqual([]);
    expect(await lab.client.listNetworks({ filters: { name: ["^alloy-"] } })).toEqual([]);
    expect(await readdir(directory)).toEqual(["data"]);
    expect(await readdir(join(directory, "data"))).toEqual(["data"]);
  });
});

/** Ids of the components that the agent runs. */
async function loadedComponents(): Promise<string[]> {
  const url = "http://127.0.0.1:12345/api/v0/web/components";
  const answer = await runIn(lab, {
    network: "container:alloy",
    command: ["wget", "-q", "-O", "-", url],
  });
  return (JSON.parse(answer) as { localID: string }[]).map(({ localID }) => localID);
}
