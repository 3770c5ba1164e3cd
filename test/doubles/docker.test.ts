import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { configureDocker } from "../../lab/doubles/docker/client.ts";
import { demultiplex } from "../../lab/doubles/docker/container-run.ts";
import { checkContainer, diffContainer } from "../../lab/doubles/docker/container-schema.ts";
import { createOptions, refreshedInputs } from "../../lab/doubles/docker/container-state.ts";
import { remoteImage, withTag } from "../../lab/doubles/docker/image.ts";
import { network, networkOptions } from "../../lab/doubles/docker/network.ts";
import type { Bag } from "../../lab/doubles/engine/values.ts";
import { contextOf } from "./context.ts";

const MB = 1024 * 1024;

describe("a container", () => {
  it.each<[Bag, string[]]>([
    [{ mounts: [{ target: "/a", typ: "bind" }] }, ["mounts[0].typ"]],
    [{ healthcheck: { test: ["CMD"] } }, ["healthcheck.test"]],
    [{ capabilities: { add: ["ALL"] } }, ["capabilities.add"]],
    [{ restart: "sometimes", cpuSet: "all" }, ["restart", "cpuSet"]],
    [{ restart: "on-failure", cpuSet: "0-1,3", mounts: [{ type: "bind", target: "/a" }] }, []],
  ])("of %j is refused for %j", (inputs, expected) => {
    expect(checkContainer(inputs).map(({ property }) => property)).toEqual(expected);
  });

  it("is asked for with all that hardens it", () => {
    const options = createOptions({
      name: "alloy",
      image: "img",
      command: ["run", "/etc/alloy"],
      user: "3125:3125",
      memory: 512,
      memorySwap: -1,
      readOnly: true,
      restart: "on-failure",
      maxRetryCount: 3,
      capabilities: { drops: ["ALL"], adds: ["CAP_CHOWN"] },
      securityOpts: ["no-new-privileges:true"],
      groupAdds: ["102"],
      tmpfs: { "/tmp": "size=16m" },
      labels: [{ label: "a", value: "b" }],
      mounts: [
        { type: "bind", source: "/", target: "/host", bindOptions: { propagation: "rslave" } },
      ],
      volumes: [{ hostPath: "/data", containerPath: "/var/lib", readOnly: true }],
      healthcheck: { tests: ["CMD", "true"], interval: "1m30s", timeout: "5s", retries: 3 },
    });
    const bind = { Type: "bind", Source: "/", Target: "/host", ReadOnly: false };
    const BindOptions = { Propagation: "rslave" };
    expect(options).toEqual({
      name: "alloy",
      Image: "img",
      Cmd: ["run", "/etc/alloy"],
      User: "3125:3125",
      Labels: { a: "b" },
      Healthcheck: {
        Test: ["CMD", "true"],
        Interval: 90e9,
        Timeout: 5e9,
        StartPeriod: 0,
        Retries: 3,
      },
      HostConfig: {
        Memory: 512 * MB,
        MemorySwap: -1,
        ReadonlyRootfs: true,
        RestartPolicy: { Name: "on-failure", MaximumRetryCount: 3 },
        CapAdd: ["CAP_CHOWN"],
        CapDrop: ["ALL"],
        SecurityOpt: ["no-new-privileges:true"],
        GroupAdd: ["102"],
        Tmpfs: { "/tmp": "size=16m" },
        Binds: ["/data:/var/lib:ro"],
        Mounts: [{ ...bind, BindOptions }],
        NetworkMode: "bridge",
        Init: false,
      },
    });
  });

  it("can't have an empty argument", () => {
    expect(() => createOptions({ name: "c", image: "i", command: ["a", ""] })).toThrow("empty");
  });

  const base = { name: "c", image: "i", memory: 64 };
  const made = { networkDatas: [] };
  const diff = (change: Bag, state: Bag = made) =>
    diffContainer(base, { ...base, ...change }, state);

  it.each([
    ...[{ memory: 128 }, { memorySwap: 128 }, { restart: "always" }, { maxRetryCount: 3 }],
    ...[{ cpuShares: 2 }, { cpuSet: "0" }, { destroyGraceSeconds: 30 }, { init: true }],
    ...[{ healthcheck: { tests: ["CMD", "true"] } }, { tmpfs: { "/tmp": "" } }],
  ])("is updated in place for %j", (change) => {
    expect(diff(change)).toMatchObject({ changed: Object.keys(change), replaces: [] });
  });

  it.each([
    ...[{ image: "j" }, { name: "d" }, { envs: ["A=1"] }, { readOnly: true }, { user: "1" }],
    ...[{ labels: [{ label: "a", value: "b" }] }, { networksAdvanced: [{ name: "n" }] }],
    { capabilities: { drops: ["ALL"] } },
  ])("is replaced, the old one deleted first, for %j", (change) => {
    expect(diff(change)).toMatchObject({
      replaces: Object.keys(change),
      deleteBeforeReplace: true,
    });
  });

  it("does not change by a default or by the order of a set", () => {
    expect(diff({ mustRun: true, restart: "no", networkMode: "bridge" }).changed).toEqual([]);
    const envs = (list: string[]) => ({ ...base, envs: list });
    expect(diffContainer(envs(["A=1", "B=2"]), envs(["B=2", "A=1"]), made).changed).toEqual([]);
  });

  it("is replaced when its create failed half way", () => {
    expect(diff({}, {}).replaces).toEqual(["networkDatas"]);
  });

  it("takes over what drifted at a refresh, also what was never asked for, and nothing else", () => {
    const state = { ...base, user: "", cpuShares: 0, exitCode: 0 };
    expect(refreshedInputs(base, state, { ...state, exitCode: 1 })).toEqual(base);
    const drifted = { memory: 128, cpuShares: 512 };
    expect(refreshedInputs(base, state, { ...state, ...drifted })).toEqual({ ...base, ...drifted });
  });
});

it("container logs lose their frames", () => {
  const frame = (stream: number, text: string) =>
    Buffer.concat([Buffer.from([stream, 0, 0, 0, 0, 0, 0, text.length]), Buffer.from(text)]);
  expect(demultiplex(Buffer.concat([frame(1, "out\n"), frame(2, "err\n")]))).toBe("out\nerr\n");
});

describe("a network", () => {
  it("is made with its subnet, and replaced by any change", () => {
    const ipamConfigs = [{ subnet: "172.30.100.8/29" }];
    expect(networkOptions({ name: "n", internal: true, ipamConfigs })).toMatchObject({
      Name: "n",
      Internal: true,
      IPAM: { Config: [{ Subnet: "172.30.100.8/29" }] },
    });
    const changed = network.diff({ name: "n" }, { name: "n", internal: true }, {});
    expect(changed).toMatchObject({ replaces: ["internal"], deleteBeforeReplace: true });
    const faults = network.check?.({
      ipamConfigs: [{ subnet: "10.0.0.0/24", gatway: "10.0.0.1" }],
    });
    expect(faults).toMatchObject([{ property: "ipamConfigs[0].gatway" }]);
  });
});

it.each([
  ["img", "img:latest"],
  ["host:5000/img", "host:5000/img:latest"],
  ["img:1", "img:1"],
  ["img@sha256:ab", "img@sha256:ab"],
])("%s is pulled as %s", (name, pulled) => {
  expect(withTag(name)).toBe(pulled);
});

describe("an image that is not there", () => {
  const NAME = "registry.example.net/none:1";
  const dir = mkdtempSync(join(tmpdir(), "docker-image-"));
  let socket: string;
  /** What the engine answers to a pull. */
  let pull: (response: ServerResponse) => void;
  /** A stand-in of an engine that has no image, where no real registry can be made to fail like that. */
  let engine: Server;

  const message = (code: number, text: string) => (response: ServerResponse) =>
    response.writeHead(code).end(JSON.stringify({ message: text }));

  beforeEach(async ({ task }) => {
    // One for each test: Node keeps the connections to a path.
    socket = join(dir, `${task.id}.sock`);
    engine = createServer(({ method, url }, response) => {
      if (url === "/_ping") return response.end("OK");
      if (url?.startsWith("/images/json")) return response.end("[]");
      if (method === "GET") return message(404, `No such image: ${NAME}`)(response);
      return pull(response);
    }).listen(socket);
    await once(engine, "listening");
  });
  afterEach(() => {
    engine.closeAllConnections();
    engine.close();
  });

  const create = async () => {
    const client = await configureDocker({ host: `unix://${socket}` });
    return remoteImage.create({ name: NAME }, contextOf(client));
  };

  it.each([
    ["no such tag", 404, `manifest for ${NAME} not found: manifest unknown: manifest unknown`],
    ["a wrong login", 500, 'Head "https://registry.example.net/v2/none/manifests/1": unauthorized'],
  ])("is refused with what the registry said of %s", async (_what, code, said) => {
    pull = message(code, said);
    await expect(create()).rejects.toThrow(
      `Unable to read Docker image into resource: unable to pull image ${NAME}: error pulling image ${NAME}: Error response from daemon: ${said}`,
    );
  });

  it("is refused without the reason why a layer could not be pulled", async () => {
    pull = (response) => {
      response.write(`${JSON.stringify({ status: "Pulling from none", id: "1" })}\r\n`);
      response.end(`${JSON.stringify({ error: "no space left on device" })}\r\n`);
    };
    await expect(create()).rejects.toThrow(
      new Error(`Unable to read Docker image into resource: unable to find or pull image ${NAME}`),
    );
  });
});

describe("an engine that can't be reached", () => {
  afterEach(() => void vi.unstubAllEnvs());

  it("is told of in the words of Docker's client", async () => {
    await expect(configureDocker({ host: "unix:///gone.sock" })).rejects.toThrow(
      "Cannot connect to the Docker daemon at unix:///gone.sock. Is the docker daemon running?",
    );
  });

  it("over SSH is told of with the command line and what `ssh` said, also while it is written to", async () => {
    const bin = mkdtempSync(join(tmpdir(), "docker-ssh-"));
    // Its input is closed before it has said why: what is written then is lost with EPIPE.
    const script = "#!/bin/sh\nexec 0<&-\nsleep 0.3\necho 'Connection refused' >&2\nexit 255\n";
    writeFileSync(join(bin, "ssh"), script, { mode: 0o755 });
    vi.stubEnv("PATH", `${bin}:${process.env.PATH}`);
    const { docker } = await configureDocker({
      host: "ssh://alloy@nas:2222",
      sshOpts: JSON.stringify(["-o", "BatchMode=yes"]),
      disableDockerDaemonCheck: "true",
    });
    const Labels = { long: "x".repeat(1_000_000) };
    await expect(docker.createContainer({ Image: "i", Labels })).rejects.toThrow(
      'error during connect: Post "http://docker.example.com/containers/create": ' +
        "command [ssh -o BatchMode=yes -l alloy -p 2222 -- nas docker system dial-stdio] has exited with exit status 255, " +
        "make sure the URL is valid, and Docker 18.09 or later is installed on the remote host: stderr=Connection refused",
    );
  });
});
