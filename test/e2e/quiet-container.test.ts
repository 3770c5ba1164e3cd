import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type Docker from "dockerode";
import { afterEach, beforeAll, expect, test } from "vitest";
import { socketProxyEnvs } from "../../components/agent/socket-proxy.ts";
import { socketProxyRules } from "../../components/agent/socket-proxy-rules.ts";
import { dockerClient, dockerEngine } from "../../lab/docker-engine.ts";
import { socketProxyTemplate } from "../../lab/images/roles/socket-proxy.ts";
import { labImages } from "../../lab/images.ts";
import { until } from "../../lab/processes.ts";
import { LAB_LABEL } from "../../lab/world/networks.ts";
import { printed } from "./support/socket-proxy.ts";

/** Alloy behind a socket proxy that cuts idle streams, and behind ours; nothing else of the service. */
let client: Docker;
let socket: string;
let images: Awaited<ReturnType<typeof labImages<"alloy" | "socketProxy" | "busybox">>>;
let directory: string;

const names = { quiet: "lab-quiet", proxy: "lab-quiet-proxy", agent: "lab-quiet-agent" };
const LINES = 1000;

beforeAll(async () => {
  const engine = await dockerEngine();
  client = dockerClient(engine.host);
  socket = engine.host.replace("unix://", "");
  images = await labImages(engine, ["alloy", "socketProxy", "busybox"]);
});
afterEach(async () => {
  for (const name of Object.values(names)) await client.getContainer(name).remove({ force: true });
  await rm(directory, { recursive: true });
});

async function start(name: string, options: Docker.ContainerCreateOptions) {
  const container = await client.createContainer({
    name,
    ...options,
    Labels: { [LAB_LABEL]: "true" },
  });
  await container.start();
  return container;
}

/** An agent that reads the quiet container through a proxy with these rules. */
async function startAgent(rules: string, env: string[]) {
  directory = await mkdtemp(join(tmpdir(), "quiet-container-"));
  const file = (name: string) => join(directory, name);
  await mkdir(file("data"));
  await writeFile(file("haproxy.cfg"), rules);
  await writeFile(file("config.alloy"), CONFIG);
  const proxy = await start(names.proxy, {
    Image: images.socketProxy,
    Env: env,
    HostConfig: {
      ...{ NetworkMode: "none", Tmpfs: { "/run": "" } },
      Binds: [
        `${socket}:/var/run/docker.sock:ro`,
        `${file("haproxy.cfg")}:/templates/haproxy.cfg:ro`,
      ],
    },
  });
  const agent = await start(names.agent, {
    Image: images.alloy,
    Cmd: ["run", "/etc/alloy/config.alloy", "--storage.path=/data", "--disable-reporting"],
    HostConfig: {
      NetworkMode: `container:${names.proxy}`,
      Binds: [`${file("config.alloy")}:/etc/alloy/config.alloy:ro`, `${file("data")}:/data`],
    },
  });
  const metrics = () => printed(proxy, ["wget", "-q", "-O", "-", "http://127.0.0.1:12345/metrics"]);
  return {
    /** Lines that it has read since it was started. */
    read: async () =>
      Number(/^loki_source_docker_target_entries_total\S* (\d+)$/m.exec(await metrics())?.[1] ?? 0),
    restart: () => agent.restart({ t: 0 }),
  };
}

const idle = (time: string) =>
  socketProxyTemplate("pinned").replace(/timeout (client|server) 10m/g, `timeout $1 ${time}`);

/** A container that has nothing more to say, and an agent that has read all of it and waits. */
async function quiet(rules: string, env: string[]) {
  // A position is a second: what was written in the last one is read again.
  const script = `seq ${LINES - 1}; sleep 3; echo last; sleep 1d`;
  await start(names.quiet, { Image: images.busybox, Cmd: ["sh", "-c", script] });
  const agent = await startAgent(rules, env);
  expect(await until(async () => (await agent.read()) >= LINES, 60)).toBe(true);
  // Positions are written every 10 s, and a stream that has ended is asked for again after 5 s.
  await setTimeout(25_000);
  return agent;
}

test("the image's own rules cut an idle stream, and its last line is read again each time", async () => {
  const agent = await quiet(idle("3s"), ["CONTAINERS=1", "INFO=1", "NETWORKS=1"]);
  expect(await agent.read()).toBeGreaterThan(LINES);
});

test("ours don't, and a restarted agent continues at its position", async () => {
  const agent = await quiet(socketProxyRules, socketProxyEnvs);
  expect(await agent.read()).toBe(LINES);
  await agent.restart();
  await until(async () => (await agent.read()) > 0, 60);
  await setTimeout(5000);
  expect(await agent.read()).toBe(1);
});

const CONFIG = `
discovery.docker "quiet" {
  host = "tcp://127.0.0.1:2375"
  refresh_interval = "5s"
  filter {
    name = "name"
    values = ["^/${names.quiet}$"]
  }
}
loki.source.docker "quiet" {
  host = "tcp://127.0.0.1:2375"
  targets = discovery.docker.quiet.targets
  forward_to = [loki.process.nowhere.receiver]
}
loki.process "nowhere" {
  forward_to = []
}
`;
