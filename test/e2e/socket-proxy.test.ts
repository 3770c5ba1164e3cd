import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { socketProxyEnvs } from "../../components/agent/socket-proxy.ts";
import { socketProxyRules } from "../../components/agent/socket-proxy-rules.ts";
import { dockerClient, dockerEngine } from "../../lab/docker-engine.ts";
import { socketProxyImage } from "../../lab/images/roles/agent.ts";
import type { SocketProxyProfile } from "../../lab/images/roles/socket-proxy.ts";
import { loadImage } from "../../lab/images.ts";
import { until } from "../../lab/processes.ts";
import { LAB_LABEL } from "../../lab/world/networks.ts";
import { ask, logOf, printed, requestLines } from "./support/socket-proxy.ts";

/** The stand-ins of LinuxServer's image on a real engine, under the limits that the service sets. */
const NAME = "lab-socket-proxy-under-test";

let client: Docker;
let socket: string;
let images: Record<SocketProxyProfile, string>;
let directory: string;

beforeAll(async () => {
  const engine = await dockerEngine();
  client = dockerClient(engine.host);
  socket = engine.host.replace("unix://", "");
  images = {
    pinned: await loadImage(engine, await socketProxyImage("pinned")),
    "since 2026-08": await loadImage(engine, await socketProxyImage("since 2026-08")),
  };
  directory = await mkdtemp(join(tmpdir(), "socket-proxy-"));
});
afterEach(() => client.getContainer(NAME).remove({ force: true }));
afterAll(() => rm(directory, { recursive: true }));

interface Wanted {
  env?: string[];
  capabilities?: string[];
  /** A file in the template's place. */
  template?: string;
}

/** The image's own switches, as a service without rules of its own would set them. */
const SWITCHES = ["CONTAINERS=1", "INFO=1", "NETWORKS=1"];

async function started(profile: SocketProxyProfile, wanted: Wanted = {}) {
  const { env = SWITCHES, capabilities = [], template } = wanted;
  const container = await client.createContainer({
    name: NAME,
    Image: images[profile],
    Env: env,
    Labels: { [LAB_LABEL]: "true" },
    HostConfig: {
      ...{ ReadonlyRootfs: true, CapDrop: ["ALL"], CapAdd: capabilities, PidsLimit: 50 },
      ...{ SecurityOpt: ["no-new-privileges=true"], Tmpfs: { "/run": "" }, NetworkMode: "none" },
      ...{ Memory: 50 * 2 ** 20, MemorySwap: 50 * 2 ** 20 },
      Binds: [
        `${socket}:/var/run/docker.sock:ro`,
        ...(template ? [`${template}:/templates/haproxy.cfg:ro`] : []),
      ],
    },
  });
  await container.start();
  return container;
}

async function serving(profile: SocketProxyProfile, wanted?: Wanted) {
  const container = await started(profile, wanted);
  const listens = async () => (await ask(container, "/_ping")).status === 200;
  if (!(await until(listens, 20))) throw new Error((await logOf(container)).join("\n"));
  return container;
}

const statuses = (proxy: Docker.Container, paths: string[]) =>
  Promise.all(paths.map(async (path) => (await ask(proxy, path)).status));

/** Paths below the container under test. */
const below = (...words: string[]) => words.map((word) => `/v1.41/containers/${NAME}/${word}`);
const ARCHIVE = "archive?path=/etc/passwd";

describe("the image that is pinned", () => {
  test("answers GET and HEAD of the open sections, and nothing else", async () => {
    const proxy = await serving("pinned");
    const open = ["/version", "/info", "/networks", "/containers/json", ...below("json")];
    expect(await statuses(proxy, open)).toEqual(open.map(() => 200));
    expect((await ask(proxy, "/_ping", "HEAD")).status).toBe(200);
    expect((await ask(proxy, "/images/json")).status).toBe(403);
    expect((await ask(proxy, below("stop")[0] ?? "", "POST")).status).toBe(403);
  });

  test("opens with a section all that lies below it", async () => {
    const proxy = await serving("pinned");
    const paths = below("changes", "top", "logs?stdout=1", ARCHIVE);
    expect(await statuses(proxy, paths)).toEqual([200, 200, 200, 200]);
    expect((await ask(proxy, below(ARCHIVE)[0] ?? "")).body).toContain("root:x:0:0");
  });

  test("writes a line for each request, unless LOG_LEVEL leaves them out", async () => {
    const proxy = await serving("pinned");
    await statuses(proxy, ["/version", "/images/json"]);
    const told = async (path: string) =>
      (await requestLines(proxy)).some((line) => line.includes(`"GET ${path} HTTP`));
    const both = async () => (await told("/version")) && (await told("/images/json"));
    expect(await until(both, 10)).toBe(true);
    await proxy.remove({ force: true });
    const quiet = await serving("pinned", { env: [...SWITCHES, "LOG_LEVEL=err"] });
    expect(await requestLines(quiet)).toEqual([]);
  });

  test.each([
    ["0", "  bind [::]:2375 v4v6"],
    ["1", "  bind :2375"],
  ])("with DISABLE_IPV6=%s writes %j into /run/haproxy", async (value, bind) => {
    const proxy = await serving("pinned", { env: [`DISABLE_IPV6=${value}`] });
    const config = await printed(proxy, ["cat", "/run/haproxy/haproxy.cfg"]);
    expect(config.split("\n")).toContain(bind);
  });

  test("takes its rules from a file in the template's place", async () => {
    const template = join(directory, "haproxy.cfg");
    await writeFile(template, OWN_RULES);
    const proxy = await serving("pinned", { template });
    expect((await ask(proxy, "/version")).status).toBe(418);
  });
});

describe("an image since 2026-08", () => {
  test("ends at once without CAP_SYS_CHROOT", async () => {
    const proxy = await started("since 2026-08");
    expect(await until(async () => !(await proxy.inspect()).State.Running, 20)).toBe(true);
    expect((await proxy.inspect()).State.ExitCode).not.toBe(0);
    expect((await logOf(proxy)).join("\n")).toContain("chroot");
  });

  test("tells nothing of a container's files, processes and log, unless each is allowed", async () => {
    const capabilities = ["SYS_CHROOT"];
    const proxy = await serving("since 2026-08", { capabilities });
    const paths = below("changes", "top", "logs?stdout=1", ARCHIVE, "export");
    expect(await statuses(proxy, paths)).toEqual(paths.map(() => 403));
    expect(await statuses(proxy, below("json"))).toEqual([200]);
    await proxy.remove({ force: true });
    const opened = await serving("since 2026-08", {
      capabilities,
      env: [...SWITCHES, "ALLOW_LOGS=1"],
    });
    expect(await statuses(opened, paths)).toEqual([403, 403, 200, 403, 403]);
  });
});

describe.each<SocketProxyProfile>(["pinned", "since 2026-08"])(
  "our rules in the image %s",
  (profile) => {
    const ours = async () => {
      const template = join(directory, "ours.cfg");
      await writeFile(template, socketProxyRules);
      return serving(profile, { template, env: socketProxyEnvs });
    };

    test("let pass what Alloy asks, in silence, and refuse the rest with a line each", async () => {
      const proxy = await ours();
      const events = "/events?since=0&until=1";
      const asked = ["/version", "/info", events, "/networks", "/v1.41/containers/json?all=1"];
      const open = [...asked, ...below("json", "logs?stdout=1")];
      expect(await statuses(proxy, open)).toEqual(open.map(() => 200));
      expect((await ask(proxy, "/_ping", "HEAD")).status).toBe(200);
      expect(await requestLines(proxy)).toEqual([]);

      const closed = [
        ...below(ARCHIVE, "export", "changes", "top", "attach/ws?stdin=1", "stats", "json/"),
        ...["/containers/../images/json", "/containers/%2e%2e/json", "/containers//json"],
        ...[
          "/images/json",
          "/volumes",
          "/networks/bridge",
          "/exec/abc/json",
          "/v1.41",
          "/",
          "/CONTAINERS/json",
        ],
      ];
      expect(await statuses(proxy, closed)).toEqual(closed.map(() => 403));
      // Docker would answer 404 or 405 to most of them: 403 and 400 are HAProxy's.
      for (const method of ["POST", "PUT", "DELETE"]) {
        expect((await ask(proxy, "/containers/json", method)).status, method).toBe(403);
      }
      expect((await ask(proxy, "/containers/json", "CONNECT")).status).toBe(400);
      const upgrade = ["Connection: Upgrade", "Upgrade: tcp"];
      expect((await ask(proxy, "/containers/json", "GET", upgrade)).status).toBe(403);
      const told = async () => (await requestLines(proxy)).filter((line) => / 403 \d+ /.test(line));
      expect(await until(async () => (await told()).length >= closed.length, 10)).toBe(true);
    });

    test("end a stream that was left, though the container stays quiet", async () => {
      const proxy = await ours();
      const stream = `GET ${below("logs?stdout=1&follow=1")} HTTP/1.0\\r\\n\\r\\n`;
      await printed(proxy, ["sh", "-c", `printf '${stream}' | timeout 2 nc 127.0.0.1 2375`]);
      // Open, or closed by the client alone.
      const open = /:0947 \S+ 0[18] /;
      const left = async () => !open.test(await printed(proxy, ["cat", "/proc/net/tcp"]));
      expect(await until(left, 10)).toBe(true);
      expect(await requestLines(proxy)).toEqual([]);
    });

    test("keep within the limit of processes, and serve by IPv4", async () => {
      const proxy = await ours();
      const { pids_stats } = await proxy.stats({ stream: false });
      expect(pids_stats?.current).toBeLessThan(10);
      expect(await printed(proxy, ["cat", "/proc/net/tcp6"])).not.toContain(":0947 ");
    });
  },
);

const OWN_RULES = `defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 5s
frontend own
  bind @@BIND_PROTO@@
  http-request return status 200 if { path /_ping }
  http-request return status 418
`;
