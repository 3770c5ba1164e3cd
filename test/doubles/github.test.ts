import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { PluginCrash } from "../../lab/doubles/engine/provider.ts";
import { toServiceError } from "../../lab/doubles/engine/wire.ts";
import { apiBase } from "../../lab/doubles/github/client.ts";
import { githubDouble } from "../../lab/doubles/github/main.ts";
import { type GithubServer, serveGithub } from "../../lab/stand-ins/github-server.ts";
import { contextOf } from "./context.ts";

let server: GithubServer;
beforeAll(async () => {
  const repositories = { "o/r": {} };
  server = await serveGithub({
    tokens: [{ token: "good", login: "me", expiresAt: "2099-01-31T12:00:00Z", repositories }],
    repositories: { ...repositories, "o/other": {} },
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  server.troubles.length = 0;
});
afterAll(() => server.close());

const configured = (config: object) =>
  githubDouble.configure({ baseUrl: `${server.url}/`, ...config });

/** Asks with a token for one repository, unless told otherwise. */
async function rest(endpoint: string, config: object = {}) {
  const client = await configured({ token: "good", owner: "o", ...config });
  const invoke = githubDouble.functions["github:index/getRestApi:getRestApi"];
  return invoke?.({ endpoint }, contextOf(client));
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
    const answer = { ...(await rest("repos/o/r")) };
    expect(answer).toMatchObject({ code: 200, status: "200 OK", endpoint: "repos/o/r" });
    expect(answer.id).toMatch(/^LAB:/);
    expect(JSON.parse(String(answer.headers))).toMatchObject({
      "Github-Authentication-Token-Expiration": ["2099-01-31 12:00:00 UTC"],
    });
    expect(JSON.parse(String(answer.body))).toMatchObject({ full_name: "o/r" });
  });

  it("answers 404 like any other", async () => {
    expect(await rest("repos/o/other")).toMatchObject({ code: 404 });
  });

  it.each([
    ["repos/o/r/issues", "good", "403 Resource not accessible by personal access token"],
    ["repos/o/r", "dead", "401 Bad credentials"],
  ])("throws every other error: %s with the token %s", async (endpoint, token, words) => {
    await expect(rest(endpoint, { token })).rejects.toThrow(
      "invoking github:index/getRestApi:getRestApi: 1 error occurred:\n\t* " +
        `GET ${server.url}/api/v3/${endpoint}: ${words} []`,
    );
  });

  it("asks again when GitHub fails, three times", async () => {
    server.troubles.push({ path: "/repos/o/other", status: 503, message: "unicorn" });
    const before = server.calls["/api/v3/repos/o/other"] ?? 0;
    const asked = rest("repos/o/other", { retryDelayMs: "1" });
    await expect(asked).rejects.toThrow(": 503 unicorn []");
    expect(server.calls["/api/v3/repos/o/other"]).toBe(before + 4);
  });

  it("answers what has no request id as if nothing was found", async () => {
    server.troubles.push({ path: "/repos", without: ["x-github-request-id"] });
    expect(await rest("repos/o/r")).toEqual({});
  });

  it("ends the plugin itself where nobody answers, or somebody hangs up", async () => {
    const nowhere = rest("repos/o/r", { baseUrl: "http://127.0.0.1:1/" });
    await expect(nowhere).rejects.toThrow(PluginCrash);
    server.troubles.push({ path: "/", hangUp: true });
    await expect(rest("repos/o/r")).rejects.toThrow(PluginCrash);
    // UNAVAILABLE: the engine sees what it sees of a plugin that is gone.
    const gone = { code: 14, message: "error reading from server: EOF" };
    expect(toServiceError(new PluginCrash())).toMatchObject(gone);
  });

  it("waits without end for an answer that does not come", async () => {
    server.troubles.push({ path: "/repos", silent: true });
    // Go's client has no limit; `fetch` would end this after 5 min.
    vi.stubGlobal("fetch", () => Promise.reject(new Error("ended")));
    const answer = rest("repos/o/r").catch((error) => error);
    expect(await Promise.race([answer, sleep(1000, "waits")])).toBe("waits");
    // What ends it is the connection's end.
    server.hangUp();
    expect(await answer).toBeInstanceOf(PluginCrash);
  });
});

it("asks whose token it is when it is configured, unless the owner is told", async () => {
  const before = server.calls["/api/v3/user"] ?? 0;
  await configured({ token: "good", owner: "o" });
  expect(server.calls["/api/v3/user"] ?? 0).toBe(before);
  await configured({ token: "good" });
  expect(server.calls["/api/v3/user"]).toBe(before + 1);
  await expect(configured({ token: "dead" })).rejects.toThrow("401 Bad credentials");
});
