import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arrived, queryLogs, queryMetrics } from "../../cli/verify/sink-queries.ts";
import { overSsh, withSimulatedCloud } from "../../lab/settings.ts";
import { type Sshd, startSshd } from "../../lab/sshd.ts";
import type { StackSettings } from "../../lab/stack.ts";
import { joinFrontend } from "../../lab/world.ts";
import {
  destroy,
  emptyLab,
  imageResources,
  settingsOf,
  stateFile,
  type TestLab,
} from "./support/lab.ts";
import { ProcessWatch } from "./support/process-watch.ts";
import { expectService, inspectService } from "./support/service.ts";

let lab: TestLab;
let sshd: Sshd;

beforeAll(async () => {
  lab = await emptyLab();
  sshd = await startSshd(lab.docker);
});

afterAll(async () => {
  await sshd.stop();
  await lab.close();
});

const hosts = [
  {
    name: "svlnas",
    gid: 102,
    ui: "https://alloy.example.org",
    externalNetworks: ["immich-backend", "outline-backend"],
    resources: 30,
    pipelines: ["containers", "github", "host", "journal", "postgres", "self", "sinks", "traefik"],
  },
  {
    name: "svlazext",
    gid: 999,
    ui: "https://alloy-ext.example.org",
    externalNetworks: [],
    resources: 27,
    pipelines: ["containers", "host", "journal", "self", "sinks", "traefik"],
  },
];

describe.each(hosts)("$name over SSH, with a simulated Grafana Cloud", (host) => {
  const all = () => host.resources + imageResources(lab);
  let settings: StackSettings;
  let stack: Stack;
  let directory: string;
  let output = "";
  let commandLines = "";
  const onOutput = (text: string) => {
    output += text;
  };
  /** The token that the simulated Grafana Cloud made for this host. */
  const token = () => readFile(join(directory, "secrets", "metrics-password"), "utf8");

  beforeAll(async () => {
    const completed = (given: StackSettings) =>
      withSimulatedCloud(overSsh(given, sshd, host.gid), lab.cloud);
    settings = await settingsOf(lab, host.name, completed);
    directory = (settings.host as { directory: string }).directory;
    stack = await lab.stack(host.name, settings);
  });

  test("is previewed without a route to it", async () => {
    const away = await lab.stack(host.name, overSsh(settings, { ...sshd, port: 1 }, host.gid));
    const { changeSummary } = await away.preview({ onOutput });
    expect(changeSummary).toEqual({ create: all() });
  });

  test("deploys, with no secret in a command line of this machine", async () => {
    const watch = new ProcessWatch();
    stack = await lab.stack(host.name, settings);
    const { summary, outputs } = await stack.up({ onOutput });
    commandLines = await watch.stop();
    expect(summary.resourceChanges).toEqual({ create: all() });
    expect(outputs.hostName?.value).toBe(host.name);
    expect(outputs.ui?.value).toBe(host.ui);
    await joinFrontend(lab.docker);
  });

  test("runs the three containers as the service document describes them", () =>
    expectService(lab, {
      directory,
      dockerSocket: lab.facts.dockerSocket,
      journalGid: host.gid,
      externalNetworks: host.externalNetworks,
    }));

  test("is found by Traefik, Homepage and Gatus under its own name", async () => {
    const { alloy } = await inspectService(lab);
    const name = host.ui.replace("https://", "");
    expect(alloy.Config.Labels).toMatchObject({
      "traefik.enable": "true",
      "traefik.docker.network": "alloy-frontend",
      "traefik.http.routers.alloy-rtr.rule": `Host(\`${name}\`)`,
      "traefik.http.routers.alloy-rtr.entrypoints": "https",
      "traefik.http.routers.alloy-rtr.middlewares": "chain-auth@file",
      "traefik.http.routers.alloy-monitor.entrypoints": "monitoring",
      "traefik.http.routers.alloy-monitor.middlewares": "chain-no-auth@file",
      "traefik.http.services.alloy-svc.loadbalancer.server.port": "12345",
      "homepage.href": host.ui,
      "gatus.headers.Host": name,
    });
  });

  test("has only its own pipelines", async () => {
    const files = await readdir(join(directory, "config", "current"));
    const expected = [...host.pipelines.map((file) => `${file}.alloy`), "host-facts.alloy"];
    expect(files.filter((file) => file.endsWith(".alloy")).sort()).toEqual(expected.sort());
  });

  test("passes the two checks of the service document", async () => {
    const up = `up{job="alloy",host="${host.name}"} == 1`;
    const lines = `{host="${host.name}",job="docker"}`;
    await arrived(up, 180, () => queryMetrics(lab.world.metrics, up));
    await arrived(lines, 180, () => queryLogs(lab.world.logs, lines, { limit: 1 }));
  });

  test("changes nothing the second time", async () => {
    const { summary } = await stack.up({ onOutput });
    expect(summary.resourceChanges).toEqual({ same: all() });
  });

  test("shows no secret: inspect, process list, engine's output, state file", async () => {
    const { alloy, proxy, init } = await inspectService(lab);
    const privateKey = await readFile(sshd.privateKeyFile, "utf8");
    const secrets = [await token(), lab.cloud.bootstrapToken, privateKey.split("\n")[2] ?? ""];
    if (host.pipelines.includes("github")) secrets.push(lab.world.github.token);
    const places = {
      "docker inspect": JSON.stringify([alloy, proxy, init]),
      "the process list": commandLines,
      "the engine's output": output,
      "the state file": await stateFile(host.name),
    };
    expect(commandLines).toContain("docker system dial-stdio");
    for (const [place, text] of Object.entries(places)) {
      expect(text.length, place).toBeGreaterThan(1000);
      for (const secret of secrets) {
        expect(secret.length).toBeGreaterThan(20);
        expect(text.includes(secret), `${place} holds a secret`).toBe(false);
      }
    }
  });

  test("is destroyed without a rest but the state", async () => {
    await destroy(lab, stack);
    expect(await lab.client.listContainers({ all: true, filters: { name: ["^/alloy"] } })).toEqual(
      [],
    );
    expect(await lab.client.listNetworks({ filters: { name: ["^alloy-"] } })).toEqual([]);
    expect(await readdir(directory)).toEqual(["data"]);
  });
});
