import { rm } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { arrived } from "../support/arrived.ts";
import { type Agent, runAgent } from "./support/agent.ts";
import { processes, treeOf } from "./support/proc.ts";
import { simulatedDocker } from "./support/simulated-docker.ts";

/** The pipeline over a /proc as each cgroup driver makes it; a real one is in test/e2e/signals.test.ts. */
const layouts = {
  "cgroup v1, cgroupfs": (id: string, below = "") =>
    `13:misc:/\n12:cpuset:/docker/${id}${below}\n1:name=systemd:/docker/${id}\n`,
  "cgroup v1, systemd": (id: string, below = "") =>
    `12:cpuset:/system.slice/docker-${id}.scope\n1:name=systemd:/system.slice/docker-${id}.scope${below}\n`,
  "cgroup v2, cgroupfs": (id: string, below = "") => `0::/../${id}${below}\n`,
  "cgroup v2, systemd": (id: string, below = "") => `0::/../docker-${id}.scope${below}\n`,
  "cgroup v2, cgroupfs, the host's namespace": (id: string, below = "") =>
    `0::/docker/${id}${below}\n`,
  "cgroup v2, systemd, the host's namespace": (id: string, below = "") =>
    `0::/system.slice/docker-${id}.scope${below}\n`,
};
const names = Object.keys(layouts);
const idOf = (name: string) => `${names.indexOf(name)}a`.repeat(32);

/** Two processes in each container; one has made itself a cgroup of its own. */
const ofContainers = Object.entries(layouts).flatMap(([name, cgroup]) => [
  cgroup(idOf(name)),
  cgroup(idOf(name), "/init.scope"),
]);
const ofTheHost = ["/", "/../ssh.service", "/../../init.scope", "/system.slice/ssh.service"];

/** What Docker lists: a target for each port, and the agent itself. */
const containers = [...names, "alloy"].map((name) => ({
  id: name === "alloy" ? "f".repeat(64) : idOf(name),
  name,
  labels: { "com.docker.compose.project": "stack", "com.docker.compose.service": "web" },
  ports: [80, 443],
}));

let docker: Awaited<ReturnType<typeof simulatedDocker>>;
let agent: Agent;
let proc: string;

beforeAll(async () => {
  proc = await treeOf(
    await processes([...ofContainers, ...ofTheHost.map((path) => `0::${path}\n`)]),
  );
  docker = await simulatedDocker();
  docker.containers = containers;
  agent = await runAgent({
    pipelines: ["container-metrics"],
    instead: { "/host/proc": proc, "alloy-docker-proxy:2375": docker.address },
  });
}, 120_000);

afterAll(async () => {
  await agent?.[Symbol.asyncDispose]();
  await docker?.close();
  await rm(proc, { recursive: true });
});

test.each(names)("%s", async (name) => {
  const query = `container_processes * on (host, container_id) group_left (container, compose_project, compose_service) container_info{container="${name}"}`;
  const [found] = await arrived(name, 60, () => agent.ask(query));
  expect(found).toEqual({
    value: 2,
    labels: {
      ...{ job: "docker", instance: "svlnas", host: "svlnas" },
      ...{ container_id: idOf(name).slice(0, 12), container: name },
      ...{ compose_project: "stack", compose_service: "web" },
    },
  });
});

test("nothing of the host's own processes, nothing twice, and no name for the agent", async () => {
  const ids = names.map((name) => idOf(name).slice(0, 12));
  for (const metric of ["container_processes", "container_info", "container_start_time_seconds"]) {
    const found = await agent.ask(metric);
    expect(found.map(({ labels }) => labels.container_id).sort()).toEqual(ids);
  }
  const kinds = await agent.ask(`count by (__name__) ({job="docker"})`);
  expect(Object.fromEntries(kinds.map(({ labels, value }) => [labels.__name__, value]))).toEqual({
    container_cpu_seconds_total: 2 * names.length,
    container_info: names.length,
    container_memory_bytes: 2 * names.length,
    container_processes: names.length,
    container_start_time_seconds: names.length,
  });
});
