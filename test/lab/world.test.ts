import type Docker from "dockerode";
import { describe, expect, it } from "vitest";
import { type ContainerSpec, ensureContainer, lastLines } from "../../lab/world/containers.ts";
import { loginFiles } from "../../lab/world/sinks.ts";

const secrets = {
  metricsPassword: "metrics-pw",
  logsPassword: "logs-pw",
  postgresPassword: "db-pw",
  githubToken: "token",
  cloudTokens: ["glc_issued"],
  issuedTokens: ["glc_host", "glc_verify", "glc_revoked"],
  sinksPort: 19480,
  githubPort: 19481,
};

/** An engine that knows the containers given, and writes down what it is told to do. */
function engine(containers: { Labels: Record<string, string>; State: string }[] = []) {
  const done: string[] = [];
  const created: Docker.ContainerCreateOptions[] = [];
  const container = (id: string) => ({
    id,
    start: async () => void done.push(`start ${id}`),
    remove: async () => void done.push(`remove ${id}`),
    putArchive: async () => void done.push(`files ${id}`),
  });
  const fake = {
    listContainers: async () => containers.map((c) => ({ ...c, Id: "old", Names: ["/lab-x"] })),
    getContainer: container,
    getNetwork: (name: string) => ({ connect: async () => void done.push(`connect ${name}`) }),
    createContainer: async (options: Docker.ContainerCreateOptions) => {
      created.push(options);
      return container("new");
    },
  };
  return { docker: fake as unknown as Docker, done, created };
}

const spec: ContainerSpec = {
  name: "lab-x",
  image: "image",
  networks: { lab: { address: "172.30.200.10" }, "immich-backend": { aliases: ["immich-db"] } },
  publish: { port: 8080, at: ["127.0.0.1"], hostPort: 19480 },
  memory: 64,
  files: [{ path: "run/secrets/token", content: "secret" }],
};

async function labelsOf(one: ContainerSpec) {
  const { docker, created } = engine();
  await ensureContainer(docker, one);
  return created[0]?.Labels ?? {};
}

describe("a container of the lab", () => {
  it("is made with its files and all its networks before it starts", async () => {
    const { docker, done, created } = engine();
    expect(await ensureContainer(docker, spec)).toBe(true);
    expect(done).toEqual(["files new", "connect immich-backend", "start new"]);
    expect(created[0]).toMatchObject({
      HostConfig: {
        NetworkMode: "lab",
        Memory: 67108864,
        PortBindings: { "8080/tcp": [{ HostIp: "127.0.0.1", HostPort: "19480" }] },
      },
      NetworkingConfig: {
        EndpointsConfig: { lab: { IPAMConfig: { IPv4Address: "172.30.200.10" } } },
      },
    });
    expect(JSON.stringify(created)).not.toContain("secret");
  });

  it("is left alone when it runs as specified, and started when it doesn't run", async () => {
    const Labels = await labelsOf(spec);
    const running = engine([{ Labels, State: "running" }]);
    expect(await ensureContainer(running.docker, spec)).toBe(false);
    expect(running.done).toEqual([]);
    const exited = engine([{ Labels, State: "exited" }]);
    await ensureContainer(exited.docker, spec);
    expect(exited.done).toEqual(["start old"]);
  });

  it("is made again when a file of it changes", async () => {
    const Labels = await labelsOf({ ...spec, files: [{ path: "x", content: "before" }] });
    const { docker, done } = engine([{ Labels, State: "running" }]);
    await ensureContainer(docker, spec);
    expect(done).toEqual(["remove old", "files new", "connect immich-backend", "start new"]);
  });

  it("stays when a file changes that may change while it runs", async () => {
    const changing = (content: string) => ({ ...spec, changing: [{ path: "x", content }] });
    const Labels = await labelsOf(changing("before"));
    const { docker, done } = engine([{ Labels, State: "running" }]);
    await ensureContainer(docker, changing("after"));
    expect(done).toEqual([]);
  });

  it("is not taken for another's of the same name", async () => {
    const { docker, done } = engine([{ Labels: {}, State: "running" }]);
    await expect(ensureContainer(docker, spec)).rejects.toThrow("is not the lab's");
    expect(done).toEqual([]);
  });
});

it("a container's log is read without the heads of its pieces", async () => {
  const piece = (text: string) => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(text.length, 4);
    return Buffer.concat([head, Buffer.from(text)]);
  };
  const log = Buffer.concat([piece("one\n"), piece("two\n")]);
  const docker = { getContainer: () => ({ logs: async () => log }) } as unknown as Docker;
  expect(await lastLines(docker, "lab-x")).toBe("one\ntwo\n");
});

it("the sinks each take their own user alone, a live token for what it may do and the passwords for all", () => {
  const live = {
    metrics: { write: ["glc_host"], read: ["glc_verify"] },
    logs: { write: ["glc_host"], read: [] },
  };
  const logins = loginFiles(secrets, live).map(({ path, mode, content = "" }) => ({
    path,
    mode,
    logins: content
      .trim()
      .split("\n")
      .map((line) => atob(line.replace(/^Basic /, ""))),
  }));
  const file = (name: string, user: string, password: string, ...tokens: string[]) => ({
    path: `etc/haproxy/${name}.logins`,
    mode: 0o600,
    logins: [password, "glc_issued", ...tokens].map((one) => `${user}:${one}`),
  });
  expect(logins).toEqual([
    file("metrics-write", "100001", "metrics-pw", "glc_host"),
    file("metrics-read", "100001", "metrics-pw", "glc_verify"),
    file("logs-write", "200002", "logs-pw", "glc_host"),
    file("logs-read", "200002", "logs-pw"),
  ]);
});
