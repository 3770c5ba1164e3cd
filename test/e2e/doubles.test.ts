import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as command from "@pulumi/command";
import * as docker from "@pulumi/docker";
import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import * as grafana from "@pulumiverse/grafana";
import type Docker from "dockerode";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Doubles, startDoubles } from "../../lab/doubles/engine/start.ts";
import type { SimulatedGrafana } from "../../lab/doubles/grafana/cloud-server.ts";
import { type GithubServer, serveGithub } from "../../lab/stand-ins/github-server.ts";
import { simulatedGrafana } from "../support/simulated-grafana.ts";
import { changes, destroyAll, testStack } from "./support/stack.ts";
import { IMAGE, labDocker, startHost, type TestHost } from "./support/test-host.ts";

/** One engine run takes 1 to 4 s; a test has up to eight of them, on a busy machine. */
const TIMEOUT = 180_000;
const SLEEP = ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1; done"];

const dir = mkdtempSync(join(tmpdir(), "doubles-e2e-"));

let doubles: Doubles;
let simulated: SimulatedGrafana;
let engine: Docker;
let engineHost: string;
let host: TestHost;

const rights = { issues: "read" } as const;
const day = { live: "2099-01-31T12:00:00Z", dead: "2020-01-01T00:00:00Z" };
let githubApi: GithubServer;

beforeAll(async () => {
  githubApi = await serveGithub({
    tokens: [
      { token: "github_pat_good", expiresAt: day.live, repositories: { "me/repo": rights } },
      { token: "github_pat_dead", expiresAt: day.dead, repositories: {} },
    ],
    repositories: { "me/repo": {}, "me/other": {} },
  });
  ({ host: engineHost, client: engine } = await labDocker());
  host = await startHost();
  simulated = await simulatedGrafana([{ token: "glc_bootstrap" }]);
  doubles = await startDoubles({
    logDir: join(dir, "logs"),
    grafana: true,
    github: true,
  });
}, TIMEOUT);

afterEach(destroyAll, TIMEOUT);

afterAll(async () => {
  await doubles?.stop();
  await githubApi?.close();
  await simulated?.close();
  host?.stop();
});

function sshProvider(name = "host"): docker.Provider {
  return new docker.Provider(name, {
    host: `ssh://root@127.0.0.1:${host.port}`,
    sshOpts: host.options,
    disableDockerDaemonCheck: true,
  });
}

function socketProvider(): docker.Provider {
  return new docker.Provider("socket", { host: engineHost });
}

const connection = () => ({
  host: "127.0.0.1",
  port: host.port,
  user: "root",
  privateKey: host.privateKey,
  hostKey: host.hostKey,
});

/** A resource without the SDK's types, which would not let a typo pass. */
class Untyped extends pulumi.CustomResource {}

async function exists(name: string): Promise<boolean> {
  const all = await engine.listContainers({ all: true });
  return all.some(({ Names }) => Names.includes(`/${name}`));
}

describe("docker, over SSH", () => {
  it("creates, keeps, updates, replaces and destroys", { timeout: TIMEOUT }, async () => {
    let [memory, labels] = [64, "a"];
    const stack = await testStack(async () => {
      const provider = sshProvider();
      const net = new docker.Network(
        "net",
        { name: "e2e-net", internal: true, ipamConfigs: [{ subnet: "10.216.1.0/24" }] },
        { provider },
      );
      new docker.Container(
        "agent",
        {
          name: "e2e-agent",
          image: IMAGE,
          command: SLEEP,
          user: "3125:3125",
          memory,
          memorySwap: memory,
          readOnly: true,
          restart: "on-failure",
          maxRetryCount: 3,
          capabilities: { adds: ["CAP_CHOWN"], drops: ["ALL"] },
          securityOpts: ["no-new-privileges:true"],
          tmpfs: { "/tmp": "size=1m" },
          groupAdds: ["102"],
          envs: ["A=1", pulumi.secret("B=hidden-env")],
          labels: [{ label: "version", value: labels }],
          mounts: [{ type: "bind", source: "/etc", target: "/host", readOnly: true }],
          volumes: [{ hostPath: join(dir, "made-by-daemon"), containerPath: "/data" }],
          networksAdvanced: [{ name: net.name, aliases: ["agent"], ipv4Address: "10.216.1.9" }],
          healthcheck: { tests: ["CMD", "true"], interval: "1s", timeout: "5s", retries: 3 },
          wait: true,
          destroyGraceSeconds: 5,
        },
        { provider },
      );
      return undefined;
    }, doubles.env);

    expect(changes(await stack.preview()).map(({ op }) => op)).toEqual(["create", "create"]);
    expect(await exists("e2e-agent"), "a preview creates nothing").toBe(false);
    await stack.up();
    const info = await engine.getContainer("e2e-agent").inspect();
    expect(info.HostConfig).toMatchObject({
      Memory: 64 * 1024 * 1024,
      ReadonlyRootfs: true,
      CapAdd: ["CAP_CHOWN"],
      CapDrop: ["ALL"],
      GroupAdd: ["102"],
      Binds: [`${join(dir, "made-by-daemon")}:/data:rw`],
    });
    expect(Object.keys(info.NetworkSettings.Networks)).toEqual(["e2e-net"]);
    expect(stack.stateFile()).not.toContain("hidden-env");

    expect(changes((await stack.up()).steps)).toEqual([]);
    expect(await stack.refresh()).toEqual({});
    expect(changes((await stack.up()).steps)).toEqual([]);

    memory = 96;
    expect(changes((await stack.up()).steps)).toEqual([{ op: "update", name: "agent" }]);
    const updated = await engine.getContainer("e2e-agent").inspect();
    expect(updated.Id).toBe(info.Id);
    expect(updated.HostConfig.Memory).toBe(96 * 1024 * 1024);

    await engine.getContainer("e2e-agent").update({ CpuShares: 512 });
    expect(await stack.refresh(), "drift is seen").toEqual({ update: 1 });
    expect(changes((await stack.up()).steps)).toEqual([{ op: "update", name: "agent" }]);

    labels = "b";
    const replaced = changes((await stack.up()).steps).map(({ op }) => op);
    expect(replaced).toEqual(["delete-replaced", "replace", "create-replacement"]);
    expect((await engine.getContainer("e2e-agent").inspect()).Id).not.toBe(info.Id);

    await engine.getContainer("e2e-agent").remove({ force: true });
    expect(await stack.refresh()).toEqual({ delete: 1 });
    expect(changes((await stack.up()).steps)).toEqual([{ op: "create", name: "agent" }]);

    await stack.destroy();
    expect(await exists("e2e-agent")).toBe(false);
  });

  it("previews a host that can't be reached", { timeout: TIMEOUT }, async () => {
    const stack = await testStack(async () => {
      const provider = new docker.Provider("away", {
        host: "ssh://nobody@192.0.2.1:22",
        disableDockerDaemonCheck: true,
      });
      const net = new docker.Network("net", { name: "e2e-away" }, { provider });
      new docker.Container("c", { image: IMAGE, networkMode: net.name }, { provider });
      return undefined;
    }, doubles.env);
    expect(changes(await stack.preview())).toHaveLength(2);
  });

  it("refuses a host whose key is not the known one", { timeout: TIMEOUT }, async () => {
    const stack = await testStack(async () => {
      const provider = new docker.Provider("host", {
        host: `ssh://root@127.0.0.1:${host.port}`,
        sshOpts: [
          "-i",
          host.privateKeyFile,
          "-o",
          "UserKnownHostsFile=/dev/null",
          "-o",
          "BatchMode=yes",
        ],
        disableDockerDaemonCheck: true,
      });
      new docker.Network("net", { name: "e2e-unknown-host" }, { provider });
      return undefined;
    }, doubles.env);
    await expect(stack.up()).rejects.toThrow("Host key verification failed");
  });
});

describe("docker, on a socket", () => {
  it("records a container whose start failed, and replaces it", { timeout: TIMEOUT }, async () => {
    let entry = ["/does-not-exist"];
    const stack = await testStack(async () => {
      const provider = socketProvider();
      new docker.Container("c", { name: "e2e-start", image: IMAGE, command: entry }, { provider });
      return undefined;
    }, doubles.env);
    await expect(stack.up()).rejects.toThrow("Unable to start container");
    expect(await exists("e2e-start")).toBe(true);
    entry = SLEEP;
    const steps = changes((await stack.up()).steps).map(({ op }) => op);
    expect(steps).toEqual(["delete-replaced", "replace", "create-replacement"]);
    expect(changes((await stack.up()).steps)).toEqual([]);
  });

  it("tells one-shot containers by their exit code", { timeout: TIMEOUT }, async () => {
    const stack = await testStack(async () => {
      const once = new docker.Container(
        "once",
        {
          name: "e2e-once",
          image: IMAGE,
          command: ["sh", "-c", "echo done; exit 3"],
          attach: true,
          mustRun: false,
          logs: true,
          networkMode: "none",
        },
        { provider: socketProvider() },
      );
      return { code: once.exitCode, logs: once.containerLogs };
    }, doubles.env);
    const { outputs } = await stack.up();
    expect(outputs).toMatchObject({ code: { value: 3 }, logs: { value: "done\n" } });
    expect(changes((await stack.up()).steps)).toEqual([]);
    expect(await stack.refresh()).toEqual({});
  });

  it("refuses unknown and missing inputs by name", { timeout: TIMEOUT }, async () => {
    const stack = await testStack(async () => {
      const props = { name: "e2e-typo", comand: ["true"] };
      const opts = { provider: socketProvider() };
      new Untyped("docker:index/container:Container", "c", props, opts);
      return undefined;
    }, doubles.env);
    await expect(stack.preview()).rejects.toThrow(/"comand" is not an input(.|\n)*"image"/);
  });

  it("serves two hosts in one program", { timeout: TIMEOUT }, async () => {
    const stack = await testStack(async () => {
      new docker.Network("a", { name: "e2e-two-a" }, { provider: socketProvider() });
      new docker.Network("b", { name: "e2e-two-b" }, { provider: sshProvider() });
      return undefined;
    }, doubles.env);
    await stack.up();
    expect(await stack.refresh()).toEqual({});
  });

  it("takes an image that is there and can't pull one that is not", {
    timeout: TIMEOUT,
  }, async () => {
    let name = IMAGE;
    const stack = await testStack(async () => {
      const args = { name, keepLocally: true };
      const image = new docker.RemoteImage("i", args, { provider: socketProvider() });
      return { id: image.imageId };
    }, doubles.env);
    expect((await stack.up()).outputs.id?.value).toMatch(/^sha256:/);
    name = "registry.invalid/none:1";
    await expect(stack.up()).rejects.toThrow("unable to pull image registry.invalid/none:1");
  });
});

describe("command", () => {
  it("feeds a secret to local and remote commands and keeps it", { timeout: TIMEOUT }, async () => {
    const [local, remote] = [join(dir, "local-secret"), join(dir, "remote-secret")];
    const stack = await testStack(async () => {
      const stdin = pulumi.secret("hush-4711");
      const logging = "none" as const;
      new command.local.Command("l", { create: `cat > ${local}`, stdin, logging });
      new command.remote.Command("r", {
        connection: connection(),
        create: `cat > ${remote}; echo noise`,
        delete: `rm ${remote}`,
        addPreviousOutputInEnv: false,
        stdin,
        logging,
      });
      return undefined;
    }, doubles.env);
    const { output } = await stack.up();
    expect(readFileSync(local, "utf8")).toBe("hush-4711");
    expect(readFileSync(remote, "utf8")).toBe("hush-4711");
    expect(output).not.toMatch(/hush-4711|noise/);
    expect(stack.stateFile()).not.toMatch(/hush-4711|PRIVATE KEY/);
    expect(changes((await stack.up()).steps)).toEqual([]);
    expect(await stack.refresh()).toEqual({});
    await stack.destroy();
    expect(() => readFileSync(remote)).toThrow("ENOENT");
  });

  it("updates on a changed input, replaces on a changed trigger", {
    timeout: TIMEOUT,
  }, async () => {
    const log = join(dir, "log");
    let [mark, trigger] = ["1", "1"];
    const stack = await testStack(async () => {
      const c = new command.remote.Command("c", {
        connection: connection(),
        create: `echo create $LAB_MARK >> ${log}; echo out`,
        update: `echo update $LAB_MARK >> ${log}; echo out`,
        delete: `echo delete $LAB_MARK >> ${log}`,
        environment: { LAB_MARK: mark },
        triggers: [trigger],
      });
      return { out: c.stdout };
    }, doubles.env);
    await stack.up();
    mark = "2";
    expect(changes((await stack.up()).steps)).toEqual([{ op: "update", name: "c" }]);
    trigger = "2";
    const { steps, outputs } = await stack.up();
    expect(changes(steps).map(({ op }) => op)).toEqual([
      "create-replacement",
      "replace",
      "delete-replaced",
    ]);
    expect(outputs.out?.value).toBe("out");
    expect(readFileSync(log, "utf8")).toBe("create 1\nupdate 2\ncreate 2\ndelete 2\n");
  });

  it("words failures as the real provider does", { timeout: TIMEOUT }, async () => {
    const up = async (build: () => unknown) => {
      const stack = await testStack(async () => {
        build();
        return undefined;
      }, doubles.env);
      return stack.up();
    };
    const create = "echo some; echo more >&2; exit 7";
    await expect(up(() => new command.local.Command("c", { create }))).rejects.toThrow(
      /exit status 7: running "echo some; echo more >&2; exit 7":\s+some\s+more/,
    );
    await expect(
      up(() => new command.remote.Command("c", { create, connection: connection() })),
    ).rejects.toThrow(/Process exited with status 7: running/);
    const wrong = {
      ...connection(),
      hostKey: host.hostKey.replace(/.{8}$/, "AAAAAAAA"),
      dialErrorLimit: 0,
    };
    await expect(
      up(() => new command.remote.Command("c", { create: "true", connection: wrong })),
    ).rejects.toThrow("ssh: handshake failed: ssh: host key mismatch");
    const environment = { NOT_ACCEPTED: "1" };
    await expect(
      up(
        () =>
          new command.remote.Command("c", {
            create: "true",
            connection: connection(),
            environment,
          }),
      ),
    ).rejects.toThrow('could not set environment variable "NOT_ACCEPTED"');
  });

  it("copies a folder under the remote path and removes nothing", {
    timeout: TIMEOUT,
  }, async () => {
    const [source, target] = [mkdtempSync(join(dir, "source-")), mkdtempSync(join(dir, "target-"))];
    writeFileSync(join(source, "one"), "1");
    const stack = await testStack(async () => {
      new command.remote.CopyToRemote("c", {
        connection: connection(),
        source: new pulumi.asset.FileArchive(source),
        remotePath: target,
      });
      return undefined;
    }, doubles.env);
    await stack.up();
    const under = join(target, source.split("/").at(-1) ?? "");
    expect(readFileSync(join(under, "one"), "utf8")).toBe("1");
    expect(changes((await stack.up()).steps)).toEqual([]);
    writeFileSync(join(source, "one"), "2");
    expect(changes((await stack.up()).steps)).toEqual([{ op: "update", name: "c" }]);
    expect(readFileSync(join(under, "one"), "utf8")).toBe("2");
    await stack.destroy();
    expect(readFileSync(join(under, "one"), "utf8"), "nothing is removed").toBe("2");
  });
});

describe("the simulated clouds", () => {
  const cloud = (token: string, slug: string, window = "1h") =>
    testStack(async () => {
      const provider = new grafana.Provider("cloud", {
        cloudAccessPolicyToken: token,
        cloudApiUrl: simulated.url,
      });
      const found = await grafana.cloud.getStack({ slug }, { provider });
      const policy = new grafana.cloud.AccessPolicy(
        "policy",
        {
          name: "e2e-policy",
          region: "eu",
          scopes: ["metrics:write", "logs:write"],
          realms: [{ type: "stack", identifier: found.id }],
        },
        { provider },
      );
      const rotating = new grafana.cloud.AccessPolicyRotatingToken(
        "token",
        {
          accessPolicyId: policy.policyId,
          region: "eu",
          namePrefix: "e2e",
          expireAfter: "24h",
          earlyRotationWindow: window,
        },
        { provider },
      );
      return { token: rotating.token, user: found.prometheusUserId };
    }, doubles.env);

  it("gives a secret token and rotates it in its window", { timeout: TIMEOUT }, async () => {
    const stack = await cloud("glc_bootstrap", "home");
    const { outputs } = await stack.up();
    expect(outputs).toMatchObject({ user: { value: 1001 }, token: { secret: true } });
    expect(outputs.token?.value).toMatch(/^glc_/);
    expect(stack.stateFile()).not.toContain(outputs.token?.value);
    expect(stack.stateFile()).not.toContain("glc_bootstrap");
    expect(changes((await stack.up()).steps)).toEqual([]);
    expect(await stack.refresh()).toEqual({});
  });

  it("rotates a token whose window is open", { timeout: TIMEOUT }, async () => {
    const stack = await cloud("glc_bootstrap", "home", "24h");
    const before = (await stack.up()).outputs.token?.value;
    const { steps, outputs } = await stack.up();
    expect(changes(steps).map(({ op }) => op)).toEqual([
      "create-replacement",
      "replace",
      "delete-replaced",
    ]);
    expect(outputs.token?.value).not.toBe(before);
  });

  it("refuses an unknown bootstrap token and an unknown stack", { timeout: TIMEOUT }, async () => {
    await expect((await cloud("glc_other", "home")).preview()).rejects.toThrow("401 Unauthorized");
    await expect((await cloud("glc_bootstrap", "nope")).preview()).rejects.toThrow(
      "realms[0].identifier",
    );
  });

  it("answers for GitHub tokens that live and refuses dead ones", {
    timeout: TIMEOUT,
  }, async () => {
    const ask = (token: string, endpoint: string) =>
      testStack(async () => {
        const provider = new github.Provider("github", {
          token,
          owner: "me",
          baseUrl: githubApi.url,
        });
        const { code, headers, body } = await github.getRestApi({ endpoint }, { provider });
        return { code, headers, body };
      }, doubles.env);
    const good = await (await ask("github_pat_good", "repos/me/repo")).up();
    expect(good.outputs.code?.value).toBe(200);
    expect(JSON.parse(good.outputs.headers?.value)).toMatchObject({
      "Github-Authentication-Token-Expiration": ["2099-01-31 12:00:00 UTC"],
    });
    expect(JSON.parse(good.outputs.body?.value).permissions.push).toBe(false);
    const other = await (await ask("github_pat_good", "repos/me/other")).up();
    expect(other.outputs.code?.value).toBe(404);
    await expect((await ask("github_pat_good", "repos/me/repo/pulls")).preview()).rejects.toThrow(
      "403",
    );
    await expect((await ask("github_pat_dead", "repos/me/repo")).preview()).rejects.toThrow(
      "401 Bad credentials",
    );
  });
});
