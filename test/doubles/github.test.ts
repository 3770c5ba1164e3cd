import { generateKeyPairSync } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import * as grpc from "@grpc/grpc-js";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { PluginCrash } from "../../lab/doubles/engine/provider.ts";
import { toServiceError } from "../../lab/doubles/engine/wire.ts";
import { apiBase, githubClient } from "../../lab/doubles/github/client.ts";
import { githubDouble } from "../../lab/doubles/github/main.ts";
import { type GithubServer, serveGithub } from "../../lab/stand-ins/github-server.ts";

const { publicKey, privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
});
const writes = { secrets: "write", environments: "write" } as const;

let server: GithubServer;
beforeAll(async () => {
  server = await serveGithub({
    tokens: [
      {
        token: "good",
        login: "me",
        expiresAt: "2099-01-31T12:00:00Z",
        repositories: { "o/r": {} },
      },
      { token: "deploys", login: "me", repositories: { "o/r": writes } },
    ],
    apps: [{ id: 7, installationId: 70, publicKey, repositories: { "o/r": { issues: "read" } } }],
    repositories: { "o/r": {}, "o/other": {} },
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  server.troubles.length = 0;
});
afterAll(() => server.close());

const context = { urn: "", log: () => {}, signal: new AbortController().signal };

async function configured(config: object) {
  return { ...context, client: await githubClient({ baseUrl: `${server.url}/`, ...config }) };
}

async function rest(config: object, endpoint: string) {
  const invoke = githubDouble.functions["github:index/getRestApi:getRestApi"]?.invoke;
  if (!invoke) throw new Error("the double has no getRestApi");
  return invoke({ endpoint }, await configured(config));
}

it.each([
  ["https://api.github.com", "https://api.github.com/"],
  ["https://api.acme.ghe.com/", "https://api.acme.ghe.com/"],
  ["https://github.example.org/", "https://github.example.org/api/v3/"],
  ["http://127.0.0.1:8080", "http://127.0.0.1:8080/api/v3/"],
])("below %s the API is at %s", (baseUrl, api) => {
  expect(apiBase(baseUrl)).toBe(api);
});

describe("getRestApi", () => {
  it("answers with headers as the plugin writes them, and with the id of the request", async () => {
    const answer = await rest({ token: "good", owner: "o" }, "repos/o/r");
    expect(answer).toMatchObject({ code: 200, status: "200 OK", endpoint: "repos/o/r" });
    expect(answer.id).toMatch(/^LAB:/);
    expect(JSON.parse(String(answer.headers))).toMatchObject({
      "Github-Authentication-Token-Expiration": ["2099-01-31 12:00:00 UTC"],
    });
    expect(JSON.parse(String(answer.body))).toMatchObject({ full_name: "o/r" });
  });

  it("answers 404 like any other, and throws every other error", async () => {
    const given = { token: "good", owner: "o" };
    expect(await rest(given, "repos/o/other")).toMatchObject({ code: 404 });
    await expect(rest(given, "repos/o/r/issues")).rejects.toThrow(
      "invoking github:index/getRestApi:getRestApi: 1 error occurred:\n\t* " +
        `GET ${server.url}/api/v3/repos/o/r/issues: 403 Resource not accessible by personal access token []`,
    );
    await expect(rest({ token: "dead", owner: "o" }, "repos/o/r")).rejects.toThrow(
      ": 401 Bad credentials []",
    );
  });

  it("asks again when GitHub fails, three times", async () => {
    server.troubles.push({ path: "/repos/o/other", status: 503, message: "unicorn" });
    const before = server.calls["/api/v3/repos/o/other"] ?? 0;
    const config = { token: "good", owner: "o", retryDelayMs: "1" };
    await expect(rest(config, "repos/o/other")).rejects.toThrow(": 503 unicorn []");
    expect(server.calls["/api/v3/repos/o/other"]).toBe(before + 4);
  });

  it("answers what has no request id as if nothing was found", async () => {
    server.troubles.push({ path: "/repos", without: ["x-github-request-id"] });
    expect(await rest({ token: "good", owner: "o" }, "repos/o/r")).toEqual({});
  });

  it("ends the plugin itself where nobody answers, or somebody hangs up", async () => {
    const nowhere = { baseUrl: "http://127.0.0.1:1/", token: "good", owner: "o" };
    await expect(rest(nowhere, "repos/o/r")).rejects.toThrow(PluginCrash);
    server.troubles.push({ path: "/", hangUp: true });
    await expect(rest({ token: "good", owner: "o" }, "repos/o/r")).rejects.toThrow(PluginCrash);
    // The engine sees what it sees of a plugin that is gone.
    expect(toServiceError(new PluginCrash())).toMatchObject({
      code: grpc.status.UNAVAILABLE,
      message: "error reading from server: EOF",
    });
  });

  it("waits without end for an answer that does not come", async () => {
    server.troubles.push({ path: "/repos", silent: true });
    // Go's client has no limit; `fetch` would end this after 5 min.
    vi.stubGlobal("fetch", () => Promise.reject(new Error("ended")));
    const answer = rest({ token: "good", owner: "o" }, "repos/o/r").then(() => "answered");
    expect(await Promise.race([answer, sleep(1000, "waits")])).toBe("waits");
    // What ends it is the connection's end.
    const ended = expect(answer).rejects.toThrow(PluginCrash);
    server.hangUp();
    await ended;
  });
});

describe("configuring", () => {
  it("asks whose token it is, unless the owner is told", async () => {
    const before = server.calls["/api/v3/user"] ?? 0;
    await configured({ token: "good", owner: "o" });
    expect(server.calls["/api/v3/user"] ?? 0).toBe(before);
    await configured({ token: "good" });
    expect(server.calls["/api/v3/user"]).toBe(before + 1);
    await expect(configured({ token: "dead" })).rejects.toThrow("401 Bad credentials");
  });

  it("makes an app's installation a token", async () => {
    const app = { id: "7", installationId: "70", pemFile: privateKey };
    const answer = await rest({ appAuth: JSON.stringify(app), owner: "o" }, "repos/o/r/issues");
    expect(answer).toMatchObject({ code: 200, body: "[]" });
    const other = { ...app, installationId: "71" };
    await expect(rest({ appAuth: JSON.stringify(other), owner: "o" }, "repos/o/r")).rejects.toThrow(
      `POST ${server.url}/api/v3/app/installations/71/access_tokens: 404 Not Found []`,
    );
  });
});

describe.each([
  ["github:index/actionsSecret:ActionsSecret", { secretName: "TOKEN", plaintextValue: "hidden" }],
  ["github:index/repositoryEnvironment:RepositoryEnvironment", { environment: "live" }],
])("%s", (type, own) => {
  const resource = githubDouble.resources[type];
  if (!resource?.read || !resource.delete) throw new Error(`the double has no ${type}`);
  const inputs = { repository: "r", ...own };

  it("is made, found again and deleted through the API", async () => {
    const deploys = await configured({ token: "deploys", owner: "o" });
    const { id, outs } = await resource.create(inputs, deploys);
    expect(id).toMatch(/^r:(TOKEN|live)$/);
    expect(outs.repositoryId).toBe(1000);
    expect(JSON.stringify(server.made)).not.toContain("hidden");
    expect(await resource.read?.(id, outs, inputs, deploys)).toBeDefined();
    await resource.delete?.(id, outs, deploys);
    expect(await resource.read?.(id, outs, inputs, deploys)).toBeUndefined();
  });

  it("is refused to a token that only reads", async () => {
    const reads = await configured({ token: "good", owner: "o" });
    await expect(resource.create(inputs, reads)).rejects.toThrow("403 Resource not accessible");
  });
});
