import { describe, expect, test } from "vitest";
import { awaitServing } from "../../../components/agent/socket-proxy-trial.ts";
import { commandOf } from "../../support/commands.ts";
import { mockProgram, type ProgramRun } from "../../support/mock-program.ts";
import { completed } from "../../support/stack-files.ts";
import { stackRun } from "../../support/stack-runs.ts";
import { inputsOf, labels, service } from "./support/service.ts";

const alloyPinned =
  "dhi.io/alloy:1.16.0-debian13@sha256:9c6c88d62f878949bd33d88b1a7b959da84f7eea0806b91e47f956e37d7a3552";
const initPinned =
  "docker.io/library/busybox:1.37.0@sha256:1487d0af5f52b4ba31c7e465126ee2123fe3f2305d638e7827681e7cf6c83d5e";
const proxyPinned =
  "lscr.io/linuxserver/socket-proxy:version-3.2.14-r0@sha256:56dde3144ef213d2df1ee3d600baad521bd8b8c2bf844672719b07363606f4c2";

const svlnas = {
  name: "svlnas",
  directory: "/mnt/vm-pool/apps/services/alloy",
  journal: "102",
  external: ["immich-backend", "outline-backend"],
  labels: labels("svlnas", "alloy.example.org", "Alloy", "Telemetry collector (metrics, logs)"),
};
const svlazext = {
  name: "svlazext",
  directory: "/opt/apps/services/alloy",
  journal: "999",
  external: [],
  labels: labels(
    "svlazext",
    "alloy-ext.example.org",
    "Alloy (svlazext)",
    "Telemetry collector (svlazext)",
  ),
};

describe.each([
  { stack: "svlnas", facts: svlnas },
  { stack: "svlazext", facts: svlazext },
] as const)("on $stack", ({ stack, facts }) => {
  test("there are these three containers, each with nothing more than this", async () => {
    const run = await stackRun(stack);
    expect(inputsOf(run, "Container")).toEqual(service(facts));
  });

  test("the frontend's subnet is pinned, the backend has no way out, no other is made", async () => {
    expect(inputsOf(await stackRun(stack), "Network")).toEqual({
      "alloy-networks-frontend": {
        name: "alloy-frontend",
        driver: "bridge",
        ipamConfigs: [{ subnet: "172.30.100.8/29" }],
      },
      "alloy-networks-backend": { name: "alloy-backend", driver: "bridge", internal: true },
    });
  });

  test("images are pulled by digest, kept when the service goes, and run by id; one-shots run them by name, so that pruned ones are pulled", async () => {
    const run = await stackRun(stack);
    const keepLocally = true;
    expect(inputsOf(run, "RemoteImage")).toEqual({
      "alloy-image-alloy": { name: alloyPinned, keepLocally },
      "alloy-image-init": { name: initPinned, keepLocally },
      "alloy-image-socket-proxy": { name: proxyPinned, keepLocally },
    });
    const containers = Object.entries(inputsOf(run, "Container"));
    expect(Object.fromEntries(containers.map(([name, { image }]) => [name, image]))).toEqual({
      "alloy-container": `id-of-${alloyPinned}`,
      "alloy-init-container": `id-of-${initPinned}`,
      "alloy-socket-proxy-container": `id-of-${proxyPinned}`,
    });
    const { script } = commandOf(run.named("alloy-files-config"));
    expect(new Set(script.match(/\S+@sha256:\w+/g))).toEqual(new Set([initPinned, alloyPinned]));
  });

  test.each([
    ["alloy-pid-limit", "alloy-container", 200, ""],
    [
      "alloy-socket-proxy-pid-limit",
      "alloy-socket-proxy-container",
      50,
      `\n${awaitServing("id-of-alloy-socket-proxy-container")}`,
    ],
  ])("%s bounds %s to %d processes by its id", async (name, container, limit, then) => {
    expect(commandOf((await stackRun(stack)).named(name))).toEqual({
      script: `docker update --pids-limit ${limit} id-of-${container}${then}`,
      data: "",
      secret: false,
    });
  });
});

test("alloy-init, which has ended, is bounded to 50 processes if it was not pruned", async () => {
  const { script } = commandOf((await stackRun("local")).named("alloy-init-pid-limit"));
  const id = "id-of-alloy-init-container";
  expect(script.split("\n")).toEqual([
    `found=$(docker ps --all --quiet --no-trunc --filter id=${id})`,
    '[ "$found" ] || exit 0',
    `docker update --pids-limit 50 ${id}`,
  ]);
});

describe("what a stack sets is used in place of the default", () => {
  const runWith = (settings: object) =>
    mockProgram("svlazext", { ...completed("svlazext"), ...settings });
  const joined = (run: ProgramRun, name: string) => run.named(name).inputs.networksAdvanced;

  test("subnet", async () => {
    const run = await runWith({ networks: { frontendSubnet: "10.1.2.0/24" } });
    const { ipamConfigs } = run.named("alloy-networks-frontend").inputs;
    expect(ipamConfigs).toEqual([{ subnet: "10.1.2.0/24" }]);
  });

  // A /var/log/journal that Docker makes would turn a volatile journal into a persistent one.
  test.each([
    [
      "a volatile journal",
      { host: { journal: { gid: 999, path: "/run/log/journal" } } },
      "/run/log/journal",
    ],
    ["no pipeline that reads it", { pipelines: ["host", "self"] }, undefined],
  ])("%s: no other directory of journals is mounted", async (_, settings, path) => {
    const given = completed("svlazext");
    const host = { ...(given.host as object), ...("host" in settings && settings.host) };
    const { volumes } = (await runWith({ ...settings, host })).named("alloy-container").inputs;
    const volume = { hostPath: path, containerPath: path, readOnly: true };
    expect(volumes).toEqual(path ? [volume] : []);
  });

  test("networks that are there already, which are joined and not made", async () => {
    const run = await runWith({ networks: { existing: true } });
    expect(inputsOf(run, "Network")).toEqual({});
    const [frontend, backend] = [{ name: "alloy-frontend" }, { name: "alloy-backend" }];
    expect(joined(run, "alloy-container")).toEqual([frontend, backend]);
    expect(joined(run, "alloy-socket-proxy-container")).toEqual([backend]);
  });

  test("no ingress: only the stack's label is left, and no address is given out", async () => {
    const run = await runWith({ ingress: undefined });
    expect(run.named("alloy-container").inputs.labels).toEqual(labels("svlazext"));
    expect(run.outputs.ui).toBeUndefined();
  });

  test("chains, monitoring address and names of the ingress", async () => {
    const ingress = {
      domain: "example.net",
      hostName: "collector",
      authChain: "chain-oauth@file",
      monitoringChain: "chain-lan@file",
      monitoringUrl: "http://10.0.0.1:8444",
    };
    const run = await runWith({ ingress });
    const set: { label: string; value: string }[] = run.named("alloy-container").inputs.labels;
    expect(Object.fromEntries(set.map(({ label, value }) => [label, value]))).toMatchObject({
      "traefik.http.routers.alloy-rtr.middlewares": "chain-oauth@file",
      "traefik.http.routers.alloy-monitor.middlewares": "chain-lan@file",
      "gatus.url": "http://10.0.0.1:8444/-/ready",
      "homepage.href": "https://collector.example.net",
    });
  });

  test("restart policy, image and memory limits", async () => {
    const image = `grafana/alloy:v1.17.0@sha256:${"0".repeat(64)}`;
    const run = await runWith({
      restart: "on-failure",
      images: { alloy: image },
      limits: { alloyMemory: 1024, socketProxyMemory: 80 },
    });
    const { "alloy-container": agent, "alloy-socket-proxy-container": proxy } = inputsOf(
      run,
      "Container",
    );
    const restart = { restart: "on-failure", maxRetryCount: 3 };
    const used = `id-of-${image}`;
    expect(agent).toMatchObject({ image: used, memory: 1024, memorySwap: 1024, ...restart });
    expect(proxy).toMatchObject({ memory: 80, memorySwap: 80, ...restart });
    const { script } = commandOf(run.named("alloy-files-config"));
    expect(script).toMatch(new RegExp(`--memory 1024m .* ${image} validate `));
  });
});
